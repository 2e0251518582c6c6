"""German–English sentence pairs as under pictures, from a small grammar of our own: no network needed.

It holds what makes German hard for a network that reads one language and writes the other. The verb stands
second, last or in two parts; articles and adjectives follow gender and case; a pronoun follows the gender of
the word, not of the person; many nouns are compounds.

Words, templates of sentences and patterns come first, as tables: rows end with ";" or the line, columns with
":". A ``Phrase`` is a noun with its article; a deed is a verb with what completes it; a pattern is a template
and what its places are filled from.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from eigen_teach import _check

Pair = tuple[str, str]  # German, English

# case → gender, or "p" for a plural without an article → ending of "ein", ending of the adjective after it
ENDINGS: Mapping[str, Mapping[str, Pair]] = MappingProxyType(
    {
        "nom": {"m": ("", "er"), "f": ("e", "e"), "n": ("", "es"), "p": ("", "e")},
        "acc": {"m": ("en", "en"), "f": ("e", "e"), "n": ("", "es"), "p": ("", "e")},
        "dat": {"m": ("em", "en"), "f": ("er", "en"), "n": ("em", "en"), "p": ("", "en")},
    }
)
_PRONOUNS = {"m": ("er", "der"), "f": ("sie", "die"), "n": ("es", "das"), "p": ("sie", "die")}  # he, who
_NUMBERS = {"zwei": "two", "drei": "three", "vier": "four"}
# English: German without its ending. A German word may have two in English: a little girl, a small dog.
_ADJECTIVES = """
young: jung; old: alt; tall: groß; big: groß; little: klein; small: klein; tired: müd; smiling: lächelnd
blond: blond; black: schwarz; white: weiß; brown: braun; red: rot; blue: blau; green: grün; yellow: gelb
striped: gestreift; wet: nass; heavy: schwer; long: lang; high: hoh
"""
# German, gender, English; of the living also both plurals, English pronoun and group: adjectives it may have
_NOUNS = """
Mann m man Männer men he family: young old tall tired; Frau f woman Frauen women she family: young old tall tired
Junge m boy Jungen boys he family: little blond smiling; Mädchen n girl Mädchen girls she family: little blond
Fußballspieler m soccer_player Fußballspieler soccer_players he workers: young tired
Straßenmusiker m street_musician Straßenmusiker street_musicians he workers: young old
Polizist m policeman Polizisten policemen he workers: young tall
Krankenschwester f nurse Krankenschwestern nurses she workers: young smiling
Kellnerin f waitress Kellnerinnen waitresses she workers: tall smiling
Hund m dog Hunde dogs it animals: small big black wet; Katze f cat Katzen cats it animals: small black white
Welpe m puppy Welpen puppies it animals: small brown; Kätzchen n kitten Kätzchen kittens it animals: black wet
Jagdhund m hunting_dog Jagdhunde hunting_dogs it animals: young brown
Zeitung f newspaper: old; Buch n book: old heavy; Brief m letter: long; Bild n picture: small big
Apfel m apple: red green; Eis n ice_cream: big; Bratwurst f sausage: big long; Fahne f flag: red big
Ball m ball: red blue small; Schneeball m snowball: small big; Tennisball m tennis_ball: yellow wet
Regenschirm m umbrella: red black; Luftballon m balloon: red blue yellow; Bus m bus: yellow
Gitarre f guitar: old black; Geige f violin: old small; Leiter f ladder: long heavy; Vogel m bird: small
Schmetterling m butterfly: yellow small; Koffer m suitcase: black heavy; Zelt n tent: green big
Einkaufswagen m shopping_cart: small heavy; Fahrrad n bicycle: red old; Roller m scooter: blue small
Auto n car: red blue old; Zaun m fence: high white; Jacke f jacket: red blue; Mantel m coat: black long
Hemd n shirt: white striped; Strohhut m straw_hat: old big; Mütze f cap: red striped; Helm m helmet: yellow
Holzbank f wooden_bench: old green; Steinmauer f stone_wall: old high; Felsen m rock: big wet
Decke f blanket: red striped; Sofa n sofa: old red; Tisch m table: small big; Baum m tree: old big
Haus n house: old white; Wiese f meadow: big green; Pfütze f puddle: small big; See m lake: small
Wald m forest: small; Tunnel m tunnel: long; Brücke f bridge: old long; Park m park: big; Garten m garden: small
Spielplatz m playground: small; Bushaltestelle f bus_stop: small
"""
# infinitive, a separable prefix before "-"; third person, auxiliary and participle of the perfect, without the
# prefix: third person, infinitive, past participle and, where a sentence needs it, the participle in -ing
_VERBS = """
lesen liest hat gelesen: reads, read, read, reading; essen isst hat gegessen: eats, eat, eaten, eating
halten hält hat gehalten: holds, hold, held, holding; zeigen zeigt hat gezeigt: points, point, pointed, pointing
warten wartet hat gewartet: waits, wait, waited, waiting; sitzen sitzt hat gesessen: sits, sit, sat, sitting
liegen liegt hat gelegen: lies, lie, lain, lying; schlafen schläft hat geschlafen: sleeps, sleep, slept, sleeping
stehen steht hat gestanden: stands, stand, stood; fangen fängt hat gefangen: catches, catch, caught
tragen trägt hat getragen: carries, carry, carried; malen malt hat gemalt: paints, paint, painted
spielen spielt hat gespielt: plays, play, played; streicheln streichelt hat gestreichelt: pets, pet, petted
fotografieren fotografiert hat fotografiert: photographs, photograph, photographed
reparieren repariert hat repariert: repairs, repair, repaired; fahren fährt ist gefahren: rides, ride, ridden
streichen streicht hat gestrichen: paints, paint, painted; waschen wäscht hat gewaschen: washes, wash, washed
schieben schiebt hat geschoben: pushes, push, pushed; auf-heben hebt hat gehoben: picks up, pick up, picked up
auf-bauen baut hat gebaut: sets up, set up, set up; auf-hängen hängt hat gehängt: hangs up, hang up, hung up
an-ziehen zieht hat gezogen: puts on, put on, put on; auf-setzen setzt hat gesetzt: puts on, put on, put on
aus-ziehen zieht hat gezogen: takes off, take off, taken off
ab-setzen setzt hat gesetzt: takes off, take off, taken off
springen springt ist gesprungen: jumps, jump, jumped; laufen läuft ist gelaufen: runs, run, run
klettern klettert ist geklettert: climbs, climb, climbed; kriechen kriecht ist gekrochen: crawls, crawl, crawled
jagen jagt hat gejagt: chases, chase, chased; fressen frisst hat gefressen: eats, eat, eaten
helfen hilft hat geholfen: helps, help, helped; folgen folgt ist gefolgt: follows, follow, followed
zu-sehen sieht hat gesehen: watches, watch, watched; zu-winken winkt hat gewinkt: waves, wave, waved
sprechen spricht hat gesprochen: talks, talk, talked; geben gibt hat gegeben: gives, give, given
bringen bringt hat gebracht: brings, bring, brought; zu-werfen wirft hat geworfen: throws, throw, thrown
"""
# group: verb, "-" for a place; preposition, case, English preposition, with "-" for none: nouns or their group
_DEEDS = """
quiet: lesen: Zeitung Buch Brief; quiet: essen: Apfel Eis Bratwurst; quiet: halten: Regenschirm Luftballon Fahne
quiet: zeigen auf acc at: Vogel Schmetterling; wait: warten auf acc for: Bus; lively: malen: Bild
lively: fangen: Ball Schneeball Tennisball; lively: auf-heben: Ball Brief Luftballon; lively: spielen: Gitarre Geige
lively: tragen: Leiter Koffer; lively: fotografieren: Vogel Schmetterling
pet: streicheln: animals; pet: fotografieren: animals; pet: spielen mit dat with: animals
work: reparieren: Fahrrad Auto Zaun; work: streichen: Zaun Holzbank; work: waschen: Auto Fahrrad
work: auf-bauen: Zelt; work: auf-hängen: Bild Fahne; work: schieben: Einkaufswagen Fahrrad
give: geben: Ball Brief Buch Apfel; give: bringen: Koffer Zeitung Eis; give: zu-werfen: Ball Schneeball Tennisball
help: helfen - dat -: family; help: folgen - dat -: family; help: sprechen mit dat to: family
see: zu-sehen - dat -: workers; see: zu-winken - dat to: workers; see: sprechen mit dat to: workers
put on: an-ziehen: Jacke Mantel Hemd; put on: auf-setzen: Strohhut Mütze Helm
take off: aus-ziehen: Jacke Mantel; take off: ab-setzen: Strohhut Mütze Helm
clothes: tragen: Jacke Mantel Hemd Strohhut Mütze Helm
in clothes: - in dat in: Jacke Mantel Hemd; in clothes: - mit dat with: Strohhut Mütze Helm
sit: sitzen auf dat on: Holzbank Steinmauer Felsen Decke; sit: sitzen unter dat under: Baum
sit: stehen auf dat on: Brücke; sit: stehen neben dat next to: Auto Fahrrad
lie: liegen auf dat on: Sofa Decke; lie: liegen auf dat in: Wiese
climb: springen über acc over: Zaun Pfütze; climb: springen in acc into: See
climb: klettern auf acc onto: Felsen; climb: klettern über acc over: Zaun Steinmauer
run: laufen durch acc through: Park Wald Tunnel; run: laufen über acc across: Wiese Brücke
run: laufen um acc around: Baum Haus; ride: fahren mit dat -: Fahrrad Roller
road: - durch acc through: Park Wald Tunnel; road: - über acc across: Wiese Brücke; road: - um acc around: Haus
place: - in dat in: Park Garten Wald; place: - auf dat on: Spielplatz; place: - auf dat in: Wiese
place: - an dat at: Bushaltestelle; place: - vor dat in front of: Haus; place: - neben dat next to: Steinmauer
rest: liegen auf dat on: Decke Sofa; rest: liegen neben dat next to: Fahrrad; rest: schlafen auf dat on: Sofa
rest: schlafen unter dat under: Tisch Baum; rest: sitzen auf dat on: Holzbank Steinmauer
hunt: springen über acc over: Zaun Pfütze; hunt: springen auf acc onto: Sofa Tisch; hunt: fressen: Bratwurst
hunt: kriechen unter acc under: Tisch Zaun; hunt: fangen: Tennisball Schmetterling
chase: jagen: Schmetterling Vogel Tennisball
"""
# name: German: English. S is the subject, V the verb, O what completes it, {place} where; "2" is a second one.
_TEMPLATES = """
simple: {S} {V} {O} {prefix}: {S} {V} {O}
turned: {O} {V} {S}: {O} {V} {S}
in place: {S} {V} {place} {O} {prefix}: {S} {V} {O} {place}
place first: {place} {V} {S} {O} {prefix}: {place}, {S} {V} {O}
along: {S} {V} {O} {place}: {S} {V} {O} {place}
dressed: {S} {place} {V} {O} {prefix}: {S} {place} {V} {O}
wearing: {S}, {who} {O2} {V_last2}, {V} {O} {prefix}: {S} wearing {O2} {V} {O}
both: {S} und {S2} {V_plural} {O} {prefix}: {S} and {S2} {V_plural} {O}
to: {S} {V} {S_dat2} {O} {prefix}: {S} {V} {O} to {S2}
perfect: {S} {has} {O} {done}: {S} {has} {done} {O}
passive: {O_nom} wird von {S_dat} {done}: {O} is being {done} by {S}
try: {S} {tries}, {O} {to_V}: {S} {tries} to {V_plural} {O}
who: {S}, {who} {O2} {V_last2}, {V} {O}: {S} {doing2} {O2} {V} {O}
which: {S} {V} {O}, {which} {O2} {V_last2}: {S} {V} {O} {doing2} {O2}
while: {S} {V} {O}, während {he} {O2} {V_last2}: {S} {V} {O} while {he} {V2} {O2}
before: {S} {V} {O} {prefix}, bevor {he} {O2} {V_last2}: {S} {V} {O} before {he} {V2} {O2}
meanwhile: {S} {V} {O}, während {S2} {O2} {V_last2}: {S} {V} {O} while {S2} {V2} {O2}
while first: während {S2} {O2} {V_last2}, {V} {S} {O} {prefix}: while {S2} {V2} {O2}, {S} {V} {O}
"""
# template: S: V with O: place: S2: V2 with O2. Many are two to four, the bare have no adjective.
_PATTERNS = """
simple: people: quiet, lively, pet, work, wait, put on, take off
simple: people: sit, lie, climb, run
simple: many people: sit, lie, climb, run, work, wait
simple: animals, many animals: rest, hunt, run, chase
simple: workers, many workers: help
simple: family, many family: see
turned: people, many people: sit, lie
turned: animals, many animals: rest
in place: people: bare quiet, bare lively: bare place
in place: bare people: pet: bare place
place first: bare people: quiet, lively: place
place first: people: bare pet: bare place
along: people: ride: road
dressed: bare people: sit, quiet, work: in clothes
wearing: bare people: sit, quiet, work: -: -: clothes
both: family: bare sit, bare climb, bare run, bare work: -: workers
to: bare workers: give: -: family, many family
perfect: people: lively, pet, work, put on, take off, climb, run
perfect: animals, many animals: hunt, run, chase
passive: people, many people: work
try: people: lively, pet, work, put on, take off, climb
try: animals, many animals: hunt
who: people: sit: -: -: bare quiet, wait
which: bare people: pet: -: -: bare rest
while: people, many people: bare sit, bare lie: -: -: bare quiet
before: people: take off: -: -: bare climb, bare run
meanwhile: bare people: bare quiet: -: animals, many animals: rest
while first: bare people: bare quiet, bare lively: -: animals: bare rest
"""


class Noun(NamedTuple):
    """A noun in both languages.

    Args:
        german: nominative singular.
        gender: "m", "f" or "n".
        english: singular.
        adjectives: those it may have, in English, with spaces between.
        plural: German, nominative; empty where no sentence needs it.
        plurals: English.
        pronoun: English, in the singular.
        group: "family", "workers", "animals" or "things".

    Example:
        >>> NOUNS["Mädchen"].gender, NOUNS["Mädchen"].pronoun
        ('n', 'she')
    """

    german: str
    gender: str
    english: str
    adjectives: str
    plural: str = ""
    plurals: str = ""
    pronoun: str = "it"
    group: str = "things"


class Phrase(NamedTuple):
    """A noun with its article or a number, and one adjective or none.

    Args:
        noun: one of ``NOUNS``.
        adjective: English, a key of ``ADJECTIVES``, or empty.
        number: "zwei", "drei" or "vier"; empty for one, with the article.

    Example:
        >>> dog = Phrase(NOUNS["Hund"], "small")
        >>> dog.english(), [dog.german(case) for case in ENDINGS]
        ('a small dog', ['ein kleiner Hund', 'einen kleinen Hund', 'einem kleinen Hund'])
    """

    noun: Noun
    adjective: str = ""
    number: str = ""

    def german(self, case: str = "nom") -> str:
        """Return the German phrase.

        Args:
            case: "nom", "acc" or "dat".
        """
        article, ending = ENDINGS[case]["p" if self.number else self.noun.gender]
        # Masculine with a plural in -n, the weak nouns: ein Junge, einen Jungen; zwei Jungen.
        weak = self.noun.gender == "m" and self.noun.plural.endswith("n") and case != "nom"
        form = self.noun.plural if self.number or weak else self.noun.german
        if self.number and case == "dat" and not form.endswith("n"):
            form += "n"  # mit zwei Hunden
        adjective = self.adjective and ADJECTIVES[self.adjective] + ending
        return _join(self.number or "ein" + article, adjective, form)

    def english(self) -> str:
        """Return the English phrase."""
        words = _join(self.adjective, self.noun.plurals if self.number else self.noun.english)
        article = "an" if words[0] in "aeiou" else "a"
        return _join(_NUMBERS.get(self.number, article), words)


class _Deed(NamedTuple):
    """A verb and what completes it, after a preposition or none; the verb of a place is "-"."""

    verb: str
    object: Phrase
    preposition: str = "-"
    case: str = "acc"
    english_preposition: str = "-"


def _join(*words: str) -> str:
    return " ".join(word for word in words if word not in ("", "-"))


def _rows(table: str) -> list[list[str]]:
    rows = table.strip().replace("\n", ";").split(";")
    return [[column.strip() for column in row.split(":")] for row in rows]


def _noun(words: str, adjectives: str) -> Noun:
    german, gender, english, *more = (word.replace("_", " ") for word in words.split())
    return Noun(german, gender, english, adjectives, *more)


ADJECTIVES: Mapping[str, str] = MappingProxyType(dict(_rows(_ADJECTIVES)))
NOUNS: Mapping[str, Noun] = MappingProxyType({noun.german: noun for noun in starmap(_noun, _rows(_NOUNS))})
_FORMS = {german.split()[0]: (*german.split()[1:], *english.split(", ")) for german, english in _rows(_VERBS)}


def _phrases(name: str, bare: bool, numbers: Iterable[str] = ("",)) -> list[Phrase]:
    """Return the phrases of a noun or of a group of nouns, without and, unless bare, with adjectives."""
    return [
        Phrase(noun, adjective, number)
        for number in numbers
        for noun in NOUNS.values()
        if name in (noun.german, *noun.group.split())
        for adjective in ("", *(() if bare else noun.adjectives.split()))
    ]


def _deeds(group: str, bare: bool) -> list[_Deed]:
    rows = [(head.split(maxsplit=3), names.split()) for own, head, names in _rows(_DEEDS) if own == group]
    return [
        _Deed(verb, phrase, *relation)
        for (verb, *relation), names in rows
        for name in names
        for phrase in _phrases(name, bare)
    ]


def _choices(groups: str) -> list[Phrase | _Deed]:
    """Return what is in groups, as the table of patterns names them."""
    choices: list[Phrase | _Deed] = []
    for words in groups.split(", "):
        name = words.removeprefix("bare ").removeprefix("many ")
        numbers = _NUMBERS if words.startswith("many ") else ("",)
        choices += _phrases(name, name != words and ... , numbers)
    return choices


@cache
def _forms(choice: Phrase | _Deed, plural: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Return the fields of a template that a choice fills, for each language; ``plural`` is that of S."""
    if isinstance(choice, Phrase):
        he, who = _PRONOUNS["p" if choice.number else choice.noun.gender]
        english = {"S": choice.english(), "he": "they" if choice.number else choice.noun.pronoun}
        return {"S": choice.german(), "S_dat": choice.german("dat"), "he": he, "who": who}, english
    german = {"O": _join(choice.preposition, choice.object.german(choice.case))}
    english = {"O": _join(choice.english_preposition, choice.object.english())}
    if choice.verb == "-":
        return {"place": german["O"]}, {"place": english["O"]}
