"""German–English sentence pairs as under pictures, from a small grammar of our own: no network needed.

It holds what makes German hard for a network that reads one language and writes the other. The verb stands
second, last or in two parts; articles and adjectives follow gender and case; a pronoun follows the gender of
the word, not of the person; many nouns are compounds.

Words, templates of sentences and patterns come first, as tables: rows end with ";" or the line, columns with
":". A ``Phrase`` is a noun with its article, a deed a verb with what completes it, a pattern a template with
the groups of phrases and deeds that fill it. They make 123,179 pairs, in which no sentence of either language
comes twice, of fewer than 300 words a language.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from eigen_teach import _check

Pair = tuple[str, str]  # German, English
_Fields = tuple[dict[str, str], dict[str, str]]  # of a template: name → words, in the two languages

# case → gender, or "p" for a plural without an article → ending of "ein", ending of the adjective after it
ENDINGS: Mapping[str, Mapping[str, Pair]] = {
    "nom": {"m": ("", "er"), "f": ("e", "e"), "n": ("", "es"), "p": ("", "e")},
    "acc": {"m": ("en", "en"), "f": ("e", "e"), "n": ("", "es"), "p": ("", "e")},
    "dat": {"m": ("em", "en"), "f": ("er", "en"), "n": ("em", "en"), "p": ("", "en")},
}
_PRONOUNS = {"m": ("er", "der"), "f": ("sie", "die"), "n": ("es", "das"), "p": ("sie", "die")}  # he, who
_NUMBERS = {"zwei": "two", "drei": "three", "vier": "four"}
# English: German without its ending. A German word may have two in English: a little girl, a small dog.
_ADJECTIVES = """
young: jung; old: alt; tall: groß; big: groß; little: klein; small: klein; tired: müd; smiling: lächelnd
blond: blond; black: schwarz; white: weiß; brown: braun; red: rot; blue: blau; green: grün; yellow: gelb
striped: gestreift; wet: nass; heavy: schwer; long: lang; high: hoh
"""
# German, gender, English; of the living also the two plurals, English pronoun and group: its adjectives
_NOUNS = """
Mann m man Männer men he family: young old tall; Frau f woman Frauen women she family: young old tall
Junge m boy Jungen boys he family: little blond; Mädchen n girl Mädchen girls she family: little blond
Polizist m policeman Polizisten policemen he workers: young tall
Krankenschwester f nurse Krankenschwestern nurses she workers: young tired
Kellnerin f waitress Kellnerinnen waitresses she workers: tall smiling
Fußballspieler m soccer_player Fußballspieler soccer_players he workers: young tired
Straßenmusiker m street_musician Straßenmusiker street_musicians he workers: old smiling
Hund m dog Hunde dogs it animals: small wet; Jagdhund m hunting_dog Jagdhunde hunting_dogs it animals: brown
Welpe m puppy Welpen puppies it animals: brown wet; Kätzchen n kitten Kätzchen kittens it animals: black white
Katze f cat Katzen cats it animals: black white; Vogel m bird: small; Schmetterling m butterfly: yellow
Zeitung f newspaper: old; Buch n book: old heavy; Brief m letter: long; Apfel m apple: red green
Eis n ice_cream: big; Bratwurst f grilled_sausage: big long; Koffer m suitcase: black heavy; Bus m bus: yellow
Ball m ball: red blue small; Schneeball m snowball: small big; Tennisball m tennis_ball: yellow wet
Regenschirm m umbrella: red black; Luftballon m balloon: red blue; Gitarre f guitar: old black
Geige f violin: old small; Zelt n tent: green big; Zaun m fence: high white; Auto n car: red blue old
Einkaufswagen m shopping_cart: small heavy; Fahrrad n bicycle: red old; Mütze f cap: red striped
Jacke f jacket: red blue; Mantel m coat: black long; Hemd n shirt: white striped; Baum m tree: old big
Strohhut m straw_hat: old big; Helm m helmet: yellow white; Holzbank f wooden_bench: old green
Steinmauer f stone_wall: old high; Felsen m rock: big wet; Decke f blanket: red striped; Sofa n sofa: old red
Tisch m table: small big; Brücke f bridge: old long; Haus n house: old white; Wiese f meadow: big green
Pfütze f puddle: small big; See m lake: small; Wald m forest: small; Park m park: big
Spielplatz m playground: small; Bushaltestelle f bus_stop: small; Leiter f ladder: long heavy
"""
# infinitive, a separable prefix before "-"; third person, auxiliary and participle of the perfect, without
# prefix: third person, infinitive, past participle and, where a sentence needs it, the participle in -ing
_VERBS = """
lesen liest hat gelesen: reads, read, read, reading; essen isst hat gegessen: eats, eat, eaten, eating
halten hält hat gehalten: holds, hold, held, holding; stehen steht hat gestanden: stands, stand, stood
zeigen zeigt hat gezeigt: points, point, pointed, pointing; liegen liegt hat gelegen: lies, lie, lain, lying
warten wartet hat gewartet: waits, wait, waited; sitzen sitzt hat gesessen: sits, sit, sat, sitting
schlafen schläft hat geschlafen: sleeps, sleep, slept, sleeping; laufen läuft ist gelaufen: runs, run, run
tragen trägt hat getragen: carries, carry, carried; spielen spielt hat gespielt: plays, play, played
streicheln streichelt hat gestreichelt: pets, pet, petted; geben gibt hat gegeben: gives, give, given
fotografieren fotografiert hat fotografiert: photographs, photograph, photographed
reparieren repariert hat repariert: repairs, repair, repaired; helfen hilft hat geholfen: helps, help, helped
streichen streicht hat gestrichen: paints, paint, painted; fangen fängt hat gefangen: catches, catch, caught
schieben schiebt hat geschoben: pushes, push, pushed; bringen bringt hat gebracht: brings, bring, brought
an-ziehen zieht hat gezogen: puts on, put on, put on; auf-setzen setzt hat gesetzt: puts on, put on, put on
aus-ziehen zieht hat gezogen: takes off, take off, taken off; fressen frisst hat gefressen: eats, eat, eaten
ab-setzen setzt hat gesetzt: takes off, take off, taken off; jagen jagt hat gejagt: chases, chase, chased
auf-heben hebt hat gehoben: picks up, pick up, picked up; auf-bauen baut hat gebaut: sets up, set up, set up
springen springt ist gesprungen: jumps, jump, jumped; klettern klettert ist geklettert: climbs, climb, climbed
kriechen kriecht ist gekrochen: crawls, crawl, crawled
zu-sehen sieht hat gesehen: watches, watch, watched; zu-winken winkt hat gewinkt: waves, wave, waved
zu-werfen wirft hat geworfen: throws, throw, thrown; sprechen spricht hat gesprochen: talks, talk, talked
"""
# group: verb; preposition, case, English preposition, "-" for none: nouns or their group. The verbs of places
# are not used.
_DEEDS = """
quiet: lesen: Zeitung Buch Brief; quiet: essen: Apfel Eis Bratwurst; quiet: halten: Regenschirm Luftballon
quiet: zeigen auf acc at: Vogel Schmetterling; wait: warten auf acc for: Bus; play: spielen: Gitarre Geige
play: fangen: Ball Schneeball Tennisball; play: auf-heben: Ball Brief Luftballon; play: tragen: Koffer Leiter
pet: streicheln: animals; pet: fotografieren: animals; pet: spielen mit dat with: animals
work: reparieren: Fahrrad Auto Zaun; work: streichen: Zaun Holzbank; work: auf-bauen: Zelt
work: schieben: Einkaufswagen Fahrrad; meet: helfen - dat -: workers; meet: sprechen mit dat to: workers
meet: zu-sehen - dat -: workers; meet: zu-winken - dat to: workers; give: geben: Ball Brief Apfel
give: bringen: Koffer Zeitung Eis; give: zu-werfen: Ball Schneeball; undress: aus-ziehen: Jacke Mantel
undress: ab-setzen: Strohhut Mütze Helm; dress: an-ziehen: Jacke Mantel Hemd; dress: auf-setzen: Mütze Helm
wear: tragen: Jacke Mantel Hemd Strohhut Mütze Helm; sit: sitzen auf dat on: Holzbank Steinmauer Felsen Decke
sit: sitzen unter dat under: Baum; sit: stehen auf dat on: Brücke; sit: stehen neben dat next to: Auto Fahrrad
sit: liegen auf dat in: Wiese; sit: liegen auf dat on: Sofa; climb: klettern über acc over: Zaun Steinmauer
climb: klettern auf acc onto: Felsen; climb: springen über acc over: Zaun Pfütze
climb: springen in acc into: See; run: laufen durch acc through: Wald; run: laufen um acc around: Baum Haus
run: laufen über acc across: Wiese Brücke; place: stehen in dat in: Park Wald; place: stehen auf dat in: Wiese
place: stehen auf dat on: Spielplatz; place: stehen an dat at: Bushaltestelle
place: stehen vor dat in front of: Haus; place: stehen neben dat next to: Steinmauer
rest: liegen auf dat on: Decke Sofa; rest: liegen neben dat next to: Fahrrad; rest: schlafen auf dat on: Sofa
rest: schlafen unter dat under: Tisch Baum; rest: sitzen auf dat on: Holzbank Steinmauer
hunt: springen über acc over: Zaun Pfütze; hunt: springen auf acc onto: Sofa Tisch; hunt: fressen: Bratwurst
hunt: kriechen unter acc under: Tisch Sofa; hunt: jagen: Schmetterling Vogel; hunt: fangen: Tennisball
"""
# name: German: English; S subject, V verb, O what completes it, "2" another person, clause or place
_TEMPLATES = """
simple: {S} {V} {O} {prefix}: {S} {V} {O}
turned: {O} {V} {S}: {O} {V} {S}
in place: {S} {V} {O2} {O} {prefix}: {S} {V} {O} {O2}
place first: {O2} {V} {S} {O} {prefix}: {O2}, {S} {V} {O}
both: {S} und {S2} {V_plural} {O} {prefix}: {S} and {S2} {V_plural} {O}
to: {S} {V} {S_dat2} {O} {prefix}: {S} {V} {O} to {S2}
perfect: {S} {has} {O} {done}: {S} {has} {done} {O}
passive: {O_nom} wird von {S_dat} {done}: {O} is being {done} by {S}
try: {S} versucht, {O} {to_V}: {S} tries to {V_plural} {O}
wearing: {S}, {who} {O2} {V_last2}, {V} {O} {prefix}: {S} wearing {O2} {V} {O}
who: {S}, {who} {O2} {V_last2}, {V} {O}: {S} {doing2} {O2} {V} {O}
which: {S} {V} {O}, {which} {O2} {V_last2}: {S} {V} {O} {doing2} {O2}
while: {S} {V} {O}, während {he} {O2} {V_last2}: {S} {V} {O} while {he} {V2} {O2}
before: {S} {V} {O} {prefix}, bevor {he} {O2} {V_last2}: {S} {V} {O} before {he} {V2} {O2}
meanwhile: {S} {V} {O}, während {S2} {O2} {V_last2}: {S} {V} {O} while {S2} {V2} {O2}
while first: während {S2} {O2} {V_last2}, {V} {S} {O} {prefix}: while {S2} {V2} {O2}, {S} {V} {O}
"""
# template: the groups that S, V with its O, and so on are chosen from; the "many" are two to four, the "bare"
# have no adjective
_PATTERNS = """
simple: S people: V quiet, play, pet, wait, dress, undress
simple: S people, many people: V sit, climb, run, work
simple: S animals: V rest, hunt, run
simple: S many animals: V hunt, run
simple: S family, many family: V meet
turned: S people, many people: V sit
turned: S animals, many animals: V rest
in place: S people: V bare quiet, bare play: V2 bare place
place first: S bare people: V quiet, play, bare pet: V2 place
both: S family: S2 workers: V bare sit, bare climb, bare run, bare work
to: S bare workers: S2 family, many family: V give
perfect: S people: V play, pet, work, dress, undress, climb, run
perfect: S animals, many animals: V hunt, run
passive: S people, many people: V work
try: S people: V play, pet, work, dress, undress, climb
try: S animals: V hunt
wearing: S bare people: V bare sit, bare quiet, bare work: V2 wear
who: S people: V sit: V2 bare quiet
which: S bare people: V pet: V2 bare rest
while: S people, many people: V bare sit: V2 bare quiet
before: S people: V undress: V2 bare climb, bare work
meanwhile: S bare people: V bare quiet: S2 animals: V2 bare rest
while first: S bare people: V bare play, wait: S2 animals: V2 bare rest
"""


class Noun(NamedTuple):
    """A noun in both languages.

    Args:
        adjectives: those it may have, in English, with spaces between.
        german: nominative singular.
        gender: "m", "f" or "n".
        english: singular.
        plural: German, nominative; empty where no sentence needs it.
        plurals: English.
        pronoun: English, in the singular.
        group: "family", "workers", "animals" or "things".

    Example:
        >>> NOUNS["Mädchen"].gender, NOUNS["Mädchen"].pronoun
        ('n', 'she')
    """

    adjectives: str
    german: str
    gender: str
    english: str
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

        Raises:
            KeyError: another case.
        """
        article, ending = ENDINGS[case]["p" if self.number else self.noun.gender]
        # Masculine with a plural in -n: the weak nouns, ein Junge, einen Jungen, zwei Jungen.
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
    """A verb and what completes it, after a preposition or none."""

    verb: str
    object: Phrase
    preposition: str = "-"
    case: str = "acc"
    english_preposition: str = "-"


def _join(*words: str) -> str:
    return " ".join(word for word in words if word not in ("", "-"))


def _rows(table: str) -> list[list[str]]:
    """Return the rows of a table, each as a list of its columns."""
    rows = table.strip().replace("\n", ";").split(";")
    return [[column.strip() for column in row.split(":")] for row in rows]


ADJECTIVES: Mapping[str, str] = dict(_rows(_ADJECTIVES))
NOUNS: Mapping[str, Noun] = {
    words.split()[0]: Noun(adjectives, *(word.replace("_", " ") for word in words.split()))
    for words, adjectives in _rows(_NOUNS)
}
_FORMS = {german.split()[0]: (*german.split()[1:], *english.split(", ")) for german, english in _rows(_VERBS)}


def _phrases(name: str, bare: bool, numbers: Iterable[str] = ("",)) -> list[Phrase]:
    """Return the phrases of a noun or of a group of nouns, without and, unless bare, with adjectives."""
    return [
        Phrase(noun, adjective, number)
        for number in numbers
        for noun in NOUNS.values()
        if name in (noun.german, noun.group) or (name == "people" and noun.group in ("family", "workers"))
        for adjective in ("", *(() if bare else noun.adjectives.split()))
    ]


def _deeds(group: str, bare: bool) -> list[_Deed]:
    """Return the deeds of a group, their nouns without and, unless bare, with adjectives."""
    return [
        _Deed(verb, phrase, *relation)
        for name, head, nouns in _rows(_DEEDS)
        if name == group
        for verb, *relation in [head.split(maxsplit=3)]
        for noun in nouns.split()
        for phrase in _phrases(noun, bare)
    ]


def _slot(column: str) -> tuple[str, list[Any]]:
    """Return the name of a slot of a pattern and its choices, phrases or deeds."""
    slot, groups = column.split(maxsplit=1)
    choices: list[Any] = []
    for words in groups.split(", "):
        bare, name = words.startswith("bare "), words.removeprefix("bare ").removeprefix("many ")
        numbers = _NUMBERS if words.startswith("many ") else ("",)
        choices += _phrases(name, bare, numbers) or _deeds(name, bare)
    return slot, choices


def _phrase_fields(who: Phrase) -> _Fields:
    he, relative = _PRONOUNS["p" if who.number else who.noun.gender]
    german = {"S": who.german(), "S_dat": who.german("dat"), "he": he, "who": relative}
    return german, {"S": who.english(), "he": "they" if who.number else who.noun.pronoun}


def _deed_fields(deed: _Deed, plural: bool) -> _Fields:
    phrase = deed.object
    prefix, _, infinitive = deed.verb.rpartition("-")
    singular, auxiliary, participle, third, base, past, *doing = _FORMS[deed.verb]
    verb = infinitive if plural else singular
    german = {"V": verb, "prefix": prefix, "V_last": prefix + verb, "V_plural": infinitive}
    german |= {"to_V": prefix + ("zu" if prefix else "zu ") + infinitive, "done": prefix + participle}
    german |= {"has": {"hat": "haben", "ist": "sind"}[auxiliary] if plural else auxiliary}
    german |= {"O": _join(deed.preposition, phrase.german(deed.case)), "O_nom": phrase.german()}
    english = {"V": base if plural else third, "V_plural": base, "done": past, "doing": "".join(doing)}
    english |= {"O": _join(deed.english_preposition, phrase.english()), "has": "have" if plural else "has"}
    return german | {"which": _PRONOUNS[phrase.noun.gender][1]}, english


@cache
def _fields(slot: str, choice: Phrase | _Deed, plural: bool) -> _Fields:
    """Return the fields that a choice fills, for "S2" and "V2" with a "2"; ``plural`` is the number of S."""
    two = _phrase_fields(choice) if isinstance(choice, Phrase) else _deed_fields(choice, plural)
    german, english = ({field + slot[1:]: words for field, words in one.items()} for one in two)
    return german, english


class _Pattern(NamedTuple):
    templates: Sequence[str]
    slots: Mapping[str, Sequence[Any]]  # S comes first, for the verbs follow its number

    def size(self) -> int:
        return math.prod(len(slot) for slot in self.slots.values())

    def pair(self, number: int) -> Pair:
        """Return one of the pairs; the digits of its number are places in the slots."""
        fields: _Fields = ({}, {})
        plural = False
        for name, slot in self.slots.items():
            number, place = divmod(number, len(slot))
            plural = slot[place].number != "" if name == "S" else plural
            for known, new in zip(fields, _fields(name, slot[place], plural), strict=True):
                known.update(new)
        german, english = (text.format(**words) for text, words in zip(self.templates, fields, strict=True))
        return _sentence(german), _sentence(english)


def _sentence(text: str) -> str:
    words = _join(*text.split(" ")).replace(" ,", ",")  # an empty prefix leaves a space
    return words[0].upper() + words[1:] + "."


_TEMPLATE = {name: templates for name, *templates in _rows(_TEMPLATES)}
_GRAMMAR = [_Pattern(_TEMPLATE[name], dict(map(_slot, columns))) for name, *columns in _rows(_PATTERNS)]
SIZE = sum(pattern.size() for pattern in _GRAMMAR)


def captions(count: int, *, seed: int = 0) -> list[Pair]:
    """Return distinct pairs of a German and an English sentence.

    Each is drawn so: one of the patterns, all as likely, then one of its pairs, all as likely; a pair that
    came before does not count. The same on every machine, and a larger count only adds pairs at the end.

    Args:
        count: pairs returned, 1 to half of ``SIZE``, the number of pairs there are.
        seed: of the draw.

    Returns:
        ``count`` pairs (German, English). A sentence begins with a capital letter and ends with a full stop.

    Raises:
        TypeError, ValueError: ``count`` or ``seed`` is no integer, too small, or ``count`` is too large.

    Example:
        >>> pairs = captions(1000)
        >>> len(set(pairs)), len({german for german, _ in pairs}), len({english for _, english in pairs})
        (1000, 1000, 1000)
    """
    count, rng = _check.count("count", count, 1), random.Random(_check.count("seed", seed, 0))
    if count > SIZE // 2:  # most draws would repeat a pair
        raise ValueError(f"count must be at most {SIZE // 2}, half of all pairs, got {count}; ask for fewer")
    pairs: dict[Pair, None] = {}
    while len(pairs) < count:  # random() is the one method that stays the same in later versions of Python
        pattern = _GRAMMAR[int(rng.random() * len(_GRAMMAR))]
        pairs[pattern.pair(int(rng.random() * pattern.size()))] = None
    return list(pairs)
