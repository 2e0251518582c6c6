import re

import pytest

from eigen_teach.data import captions

# The words below are written by hand, not taken from the module.
MASCULINE = """
    Mann Junge Polizist Fußballspieler Straßenmusiker Hund Jagdhund Welpe Vogel Schmetterling Brief
    Apfel Koffer Bus Ball Schneeball Tennisball Regenschirm Luftballon Zaun Einkaufswagen Mantel
    Baum Strohhut Helm Felsen Tisch See Wald Park Spielplatz
"""
FEMININE = """
    Frau Krankenschwester Kellnerin Katze Zeitung Bratwurst Gitarre Geige Mütze Jacke Holzbank
    Steinmauer Decke Brücke Wiese Pfütze Bushaltestelle Leiter
"""
NEUTER = "Mädchen Kätzchen Buch Eis Zelt Auto Fahrrad Hemd Sofa Haus"
GENDERS = {
    noun: gender
    for gender, nouns in (("m", MASCULINE), ("f", FEMININE), ("n", NEUTER))
    for noun in nouns.split()
}
WEAK = {"Junge": "Jungen", "Polizist": "Polizisten", "Welpe": "Welpen"}  # in all cases but the nominative
PLURALS = """
    Männer Frauen Jungen Mädchen Polizisten Krankenschwestern Kellnerinnen Fußballspieler
    Straßenmusiker Hunde Jagdhunde Welpen Katzen Kätzchen
"""
DATIVE_PLURALS = """
    Männern Frauen Jungen Mädchen Polizisten Krankenschwestern Kellnerinnen Fußballspielern
    Straßenmusikern
"""
AGREEING = {  # article, gender, ending of the adjective: cases
    ("ein", "m", "er"): {"nom"},
    ("ein", "n", "es"): {"nom", "acc"},
    ("eine", "f", "e"): {"nom", "acc"},
    ("einen", "m", "en"): {"acc"},
    ("einem", "m", "en"): {"dat"},
    ("einem", "n", "en"): {"dat"},
    ("einer", "f", "en"): {"dat"},
}
GOVERNED = dict.fromkeys(("mit", "von", "neben", "vor", "an"), "dat")
GOVERNED |= dict.fromkeys(("durch", "über", "um"), "acc")

FINITE = """
    liest lesen isst essen hält halten zeigt zeigen wartet spielt fängt hebt trägt streichelt
    fotografiert repariert reparieren streicht streichen baut bauen schiebt schieben hilft helfen
    spricht sprechen sieht sehen winkt winken gibt bringt wirft zieht setzt sitzt sitzen steht
    stehen liegt liegen schläft schlafen springt springen läuft laufen klettert klettern kriecht
    kriechen jagt jagen frisst fangen fressen hat haben ist sind wird versucht
"""
ENGLISH_SINGULARS = """
    reads eats holds points waits plays catches picks carries pets photographs repairs paints sets
    pushes helps talks watches waves gives brings throws takes puts sits stands lies climbs jumps
    runs sleeps crawls chases has is tries
"""
SEPARABLE = """
    hebt auf, baut auf, bauen auf, setzt auf, setzt ab, zieht an, zieht aus, sieht zu, sehen zu,
    winkt zu, winken zu, wirft zu
"""
PARTICIPLES = """
    gespielt gefangen aufgehoben getragen gestreichelt fotografiert repariert gestrichen aufgebaut
    geschoben angezogen aufgesetzt ausgezogen abgesetzt geklettert gesprungen gelaufen gefressen
    gekrochen gejagt
"""
INFINITIVES = """
    zu spielen, zu fangen, aufzuheben, zu tragen, zu streicheln, zu fotografieren, zu reparieren, zu
    streichen, aufzubauen, zu schieben, anzuziehen, aufzusetzen, auszuziehen, abzusetzen, zu
    klettern, zu springen, zu fressen, zu kriechen, zu jagen
"""

BY_HAND = """
Ein kleiner Junge hebt einen roten Ball auf. = A little boy picks up a red ball.
Drei alte Männer klettern über eine hohe Steinmauer. = Three old men climb over a high stone wall.
Ein nasser Welpe springt über eine Pfütze. = A wet puppy jumps over a puddle.
Zwei Jagdhunde jagen einen Vogel. = Two hunting dogs chase a bird.
Ein blondes Mädchen sieht einem Straßenmusiker zu. = A blond girl watches a street musician.
Auf einer grünen Wiese liegen vier Kellnerinnen. = In a green meadow lie four waitresses.
Unter einem Tisch schläft ein schwarzes Kätzchen. = Under a table sleeps a black kitten.
Eine junge Frau liest in einem Park eine Zeitung. = A young woman reads a newspaper in a park.
Vor einem alten Haus hebt eine Frau einen Brief auf. = In front of an old house, a woman picks up a letter.
Ein Mann und eine müde Krankenschwester bauen ein Zelt auf. = A man and a tired nurse set up a tent.
Ein Polizist wirft zwei kleinen Jungen einen Ball zu. = A policeman throws a ball to two little boys.
Ein Mann hat einen schwarzen Mantel angezogen. = A man has put on a black coat.
Drei Katzen sind unter ein Sofa gekrochen. = Three cats have crawled under a sofa.
Ein Auto wird von vier jungen Polizisten repariert. = A car is being repaired by four young policemen.
Ein Junge versucht, einen gelben Helm aufzusetzen. = A boy tries to put on a yellow helmet.
Eine schwarze Katze versucht, einen Vogel zu jagen. = A black cat tries to chase a bird.
Eine Frau, die ein weißes Hemd trägt, baut ein Zelt auf. = A woman wearing a white shirt sets up a tent.
Ein Mädchen, das einen Apfel isst, sitzt auf einem Felsen. = A girl eating an apple sits on a rock.
Eine Frau spielt mit einem Welpen, der auf einer Decke liegt. = A woman plays with a puppy lying on a blanket.
Ein Mädchen liegt auf einem Sofa, während es ein Buch liest. = A girl lies on a sofa while she reads a book.
Ein Mann zieht eine Jacke aus, bevor er ein Zelt aufbaut. = A man takes off a jacket before he sets up a tent.
Ein Mann liest ein Buch, während ein nasser Hund auf einem Sofa liegt.
 = A man reads a book while a wet dog lies on a sofa.
Während ein Hund auf einem Sofa liegt, hebt ein Mann einen Ball auf.
 = While a dog lies on a sofa, a man picks up a ball.
"""

NOUN_PHRASE = re.compile(r"\b([Ee]ine?[mnr]?|[Zz]wei|[Dd]rei|[Vv]ier) (?:([a-zäöüß]+) )?([A-ZÄÖÜ]\w+)")
PREPOSITION = re.compile(r"\b(in|auf|an|neben|unter|vor|durch|über|um|mit|von) NP", re.IGNORECASE)
SUBORDINATE = re.compile(r",? ?\b(?:der|die|das|[Ww]ährend (?:er|sie|es|NP)|bevor (?:er|sie|es)) ([^,.]+),?")

SAMPLE = captions.captions(6000, seed=3)
GERMAN, ENGLISH = zip(*SAMPLE, strict=True)


def items(text):
    return {" ".join(item.split()) for item in text.split(",")}


@pytest.fixture(scope="module")
def number_of_pattern():
    """Every pair of the grammar, with the number of the pattern that it is from."""
    return {
        pattern.pair(number): place
        for place, pattern in enumerate(captions._GRAMMAR)
        for number in range(pattern.size())
    }


# the pairs


def test_the_grammar_has_123179_pairs_and_no_sentence_twice(number_of_pattern):
    assert captions.SIZE == len(number_of_pattern) == 123179
    for sentences in zip(*number_of_pattern, strict=True):
        assert len(set(sentences)) == captions.SIZE


def test_captions_are_distinct_pairs_of_the_grammar(number_of_pattern):
    assert len(set(SAMPLE)) == 6000
    assert set(SAMPLE) <= set(number_of_pattern)


def test_a_seed_gives_the_same_pairs_on_every_machine():
    assert captions.captions(2) == [
        (
            "Vier junge Frauen stehen auf einer Brücke, während sie einen Luftballon halten.",
            "Four young women stand on a bridge while they hold a balloon.",
        ),
        (
            "Ein Junge und eine große Kellnerin stehen neben einem Fahrrad.",
            "A boy and a tall waitress stand next to a bicycle.",
        ),
    ]


def test_a_larger_count_only_adds_pairs():
    assert captions.captions(300, seed=3) == SAMPLE[:300]


def test_patterns_come_about_equally_often(number_of_pattern):
    drawn = [number_of_pattern[pair] for pair in captions.captions(2300)]
    counts = [drawn.count(place) for place in range(len(captions._GRAMMAR))]
    # Mean 100, deviation 10; the smallest pattern, of 392 pairs, loses a tenth of its draws to repetitions.
    assert min(counts) > 55
    assert max(counts) < 145


def test_the_grammar_makes_these_pairs_one_for_each_pattern(number_of_pattern):
    pairs = re.findall(r"(.+)\s+= (.+)", BY_HAND)
    assert {number_of_pattern.get(pair, pair) for pair in pairs} == set(range(len(captions._GRAMMAR)))


@pytest.mark.parametrize("language", [0, 1])
def test_words_are_some_250_and_4000_pairs_have_them_all(number_of_pattern, language):
    words, drawn = (
        {word for pair in pairs for word in re.findall(r"\w+", pair[language])}
        for pairs in (number_of_pattern, captions.captions(4000))
    )
    assert 200 <= len(words) <= 300
    assert drawn == words


def test_sentences_begin_with_a_capital_and_end_with_a_full_stop_and_have_5_to_18_words():
    for sentence in GERMAN + ENGLISH:
        assert re.fullmatch(r"[A-Z]\w*(,? \w+)*\.", sentence), sentence
        assert 5 <= len(sentence.split()) <= 18


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": 0}, ValueError, "count must be at least 1"),
        ({"count": 2.0}, TypeError, "count must be an integer"),
        ({"count": captions.SIZE // 2 + 1}, ValueError, "count must be at most 61589, half of all pairs"),
        ({"count": 3, "seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_a_wrong_argument_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        captions.captions(**arguments)


# articles, adjectives, nouns


@pytest.mark.parametrize(
    ("noun", "adjective", "number", "forms"),
    [
        ("Hund", "small", "", "ein kleiner Hund, einen kleinen Hund, einem kleinen Hund"),
        ("Frau", "old", "", "eine alte Frau, eine alte Frau, einer alten Frau"),
        ("Auto", "red", "", "ein rotes Auto, ein rotes Auto, einem roten Auto"),
        ("Zaun", "high", "", "ein hoher Zaun, einen hohen Zaun, einem hohen Zaun"),
        ("Junge", "", "", "ein Junge, einen Jungen, einem Jungen"),
        ("Polizist", "tired", "", "ein müder Polizist, einen müden Polizisten, einem müden Polizisten"),
        ("Mädchen", "blond", "", "ein blondes Mädchen, ein blondes Mädchen, einem blonden Mädchen"),
        ("Hund", "small", "zwei", "zwei kleine Hunde, zwei kleine Hunde, zwei kleinen Hunden"),
        ("Mann", "", "drei", "drei Männer, drei Männer, drei Männern"),
        ("Junge", "little", "vier", "vier kleine Jungen, vier kleine Jungen, vier kleinen Jungen"),
        ("Kellnerin", "", "zwei", "zwei Kellnerinnen, zwei Kellnerinnen, zwei Kellnerinnen"),
    ],
)
def test_phrase_is_declined_as_in_a_grammar_book(noun, adjective, number, forms):
    phrase = captions.Phrase(captions.NOUNS[noun], adjective, number)
    assert [phrase.german(case) for case in ("nom", "acc", "dat")] == forms.split(", ")


def test_nouns_have_the_genders_of_a_dictionary():
    assert {name: noun.gender for name, noun in captions.NOUNS.items()} == GENDERS


@pytest.mark.parametrize("case", ["nom", "acc", "dat"])
def test_article_and_adjective_agree_with_every_noun(case):
    for name, gender in GENDERS.items():
        for english in captions.NOUNS[name].adjectives.split():
            phrase = captions.Phrase(captions.NOUNS[name], english).german(case)
            article, adjective, word = phrase.split()
            ending = adjective.removeprefix(captions.ADJECTIVES[english])
            assert case in AGREEING[article, gender, ending], phrase
            assert word == (name if case == "nom" else WEAK.get(name, name))


def test_every_phrase_in_a_sentence_agrees_and_follows_its_preposition():
    nominatives = {weak: noun for noun, weak in WEAK.items()}
    for sentence in GERMAN:
        for match in NOUN_PHRASE.finditer(sentence):
            article, word = match[1].lower(), match[3]
            ending = re.search("e[rns]?$", match[2])[0] if match[2] else None
            before = sentence[: match.start()].lower().split()
            governed = GOVERNED.get(before[-1] if before else "")
            if article in ("zwei", "drei", "vier"):
                dative = governed == "dat" or ending == "en"
                assert word in (DATIVE_PLURALS if dative else PLURALS + DATIVE_PLURALS).split(), sentence
                continue
            noun = word if word in GENDERS else nominatives[word]
            cases = {
                case
                for (form, gender, wanted), possible in AGREEING.items()
                if (form, gender) == (article, GENDERS[noun]) and ending in (None, wanted)
                for case in possible
            }
            assert cases, sentence
            assert governed is None or governed in cases, sentence
            assert noun not in WEAK or (word == noun) == ("nom" in cases), sentence


def test_english_article_goes_with_the_next_sound():
    unsuitable = re.compile(r"\b([Aa] [aeiou]|[Aa]n [^aeiou])")
    assert unsuitable.search("A apple")
    assert unsuitable.search("an dog")
    assert not [sentence for sentence in ENGLISH if unsuitable.search(sentence)]


# word order


def skeleton(sentence):
    """Write a sentence with NP for each noun phrase, its preposition included."""
    return PREPOSITION.sub("NP", NOUN_PHRASE.sub("NP", sentence)).replace("NP und NP", "NP")


def test_verb_of_a_subordinate_clause_comes_last_in_one_word_with_its_prefix():
    clauses = [clause for sentence in GERMAN for clause in SUBORDINATE.findall(skeleton(sentence))]
    assert len(clauses) > 1500
    for clause in clauses:
        phrase, verb = clause.split()
        assert phrase == "NP"
        assert verb in {"aufbaut", *FINITE.split()}


def test_verb_of_a_main_clause_comes_second_and_the_rest_of_it_last():
    kinds = set()
    for sentence in GERMAN:
        # A subordinate clause at the beginning is one phrase; elsewhere it may go.
        main = SUBORDINATE.sub(lambda match: "" if match.start() else "NP", skeleton(sentence))
        clause = re.fullmatch(r"NP (?P<verb>\w+)(?P<comma>,)?(?: NP)+(?: (?P<rest>[a-z ]+))?\.", main)
        assert clause, sentence
        verb, comma, rest = clause.groups()
        assert verb in FINITE.split(), sentence
        assert (comma is not None) == (verb == "versucht"), sentence
        if verb in ("hat", "haben", "ist", "sind", "wird"):
            kind, possible = "participle", PARTICIPLES.split()
        elif verb == "versucht":
            kind, possible = "infinitive", items(INFINITIVES)
        else:
            kind = "prefix"
            possible = {pair.split()[1] for pair in items(SEPARABLE) if pair.split()[0] == verb}
        assert rest in (possible or [None]), sentence
        kinds.add(kind if possible else "whole")
    assert kinds == {"participle", "infinitive", "prefix", "whole"}


def test_verbs_agree_with_the_number_of_the_subject():
    for german, english in SAMPLE:
        plural = german.startswith(("Zwei", "Drei", "Vier")) or " und " in german
        if plural or german.startswith("Ein"):  # else a place or a clause comes first
            verb = next(word for word in re.findall(r"\w+", german) if word in FINITE.split())
            assert plural == (verb[-1] != "t" and verb != "wird"), german
            assert plural == (not set(english.split()) & set(ENGLISH_SINGULARS.split())), english
