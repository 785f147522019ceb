"""What changed with a wave, as the page tells it: in both languages, with verbatims by time, and never to strangers."""

import re
from dataclasses import replace

import pytest

from models.alarms import Alarm, AlarmKind, Examples, Found
from models.store.alarms import Alarms, Theme
from reports.alarms import asked, notes, told
from reports.data import Report, Verbatim
from reports.page import page
from reports.share import shared

NAMES = {"loyal": "Лояльность", "solve": "Решить <проблему>"}
SAID = {
    "loyal": [Verbatim("к ней лично", 5, "", "1", "l1"), Verbatim("<b>доверяю</b>", 4, "", "2", "l2")],
    "solve": [Verbatim("решить вопрос", 3, "", "1", "s1"), Verbatim("спросить совета", 2, "", "2", "s2")],
}


def with_alarms(report: Report, *alarms: Alarm, unsure: tuple[str, ...] = (), themes: tuple[Theme, ...] = ()) -> Report:
    found = Found(alarms, unsure, (42, 21))
    return replace(report, verbatims=SAID, alarms=Alarms(themes, ("1",), "2", 30, 30, found, NAMES))


def alarm(kind: AlarmKind, *codes: str, apart: tuple[float, float] | None = None) -> Alarm:
    examples = tuple(Examples(code, (f"{code[0]}1",), (f"{code[0]}2",)) for code in codes)
    return Alarm(kind, codes, 0.01, 12, 0, examples, apart)


def text_of(html: str) -> str:
    section = re.search(r'<section aria-labelledby="since">.*?</section>', html, re.DOTALL)
    return section.group().replace("\u00a0", " ") if section else ""


def test_an_alarm_is_told_with_what_people_said_before_and_now(report: Report) -> None:
    shown = text_of(page(with_alarms(report, alarm(AlarmKind.DRIFTED, "loyal"))))
    assert "Волна 2 (21 респондент) рядом с прежними (1; 42 респондента)" in shown
    assert "Сместилось: Лояльность" in shown
    assert shown.index("к ней лично") < shown.index("Теперь") < shown.index("&lt;b&gt;доверяю&lt;/b&gt;")


def test_every_kind_is_told_in_its_words(report: Report) -> None:
    kinds = [
        alarm(AlarmKind.VANISHED, "loyal"),
        alarm(AlarmKind.NEW, "loyal"),
        alarm(AlarmKind.TOGETHER, "loyal", "solve", apart=(0.95, 0.6)),
    ]
    gone, new, closer = told(with_alarms(report, *kinds))
    assert (gone.title, gone.words) == ("Исчезло: Лояльность", "Раньше это назвали 12 из 42, теперь — никто из 21.")
    assert new.title == "Новое: Лояльность"
    assert "95" in closer.words
    assert [words.name for words in closer.said] == ["Лояльность", "Решить <проблему>"]
    shown = text_of(page(with_alarms(report, *kinds)))
    assert "Решить &lt;проблему&gt;" in shown


def test_what_waits_and_what_cannot_be_told_is_counted_without_unconfirmed_words(report: Report) -> None:
    theme = Theme("p/0", "Слова, которых никто не подтвердил", ("2",), ("x1", "x2"))
    found = with_alarms(report, unsure=("solve",), themes=(theme,))
    shown = text_of(page(found))
    assert "1 группа (2 фразы)" in shown
    assert "Слова, которых никто не подтвердил" not in shown
    assert "слишком мало респондентов: Решить &lt;проблему&gt;" in shown
    assert "не изменилось ничего" in shown


def test_while_the_wave_is_read_that_is_said_and_nothing_else(report: Report) -> None:
    found = replace(report, alarms=Alarms((), ("1",), "2", 3, 30, None, NAMES))
    assert (asked(found), told(found)) == ("", [])
    assert "фраз решено 3 из 30" in notes(found)[0]


def test_with_one_wave_there_is_no_such_section(report: Report) -> None:
    assert text_of(page(replace(report, alarms=Alarms()))) == ""
    assert text_of(page(replace(report, alarms=None))) == ""


def test_it_is_told_in_english(report: Report) -> None:
    english = report.settings.model_copy(
        update={"report": report.settings.report.model_copy(update={"language": "en"})}
    )
    shown = text_of(page(replace(with_alarms(report, alarm(AlarmKind.DRIFTED, "loyal")), settings=english)))
    assert "What changed since the last wave" in shown
    assert not re.search("[А-Яа-я]", re.sub(r"<(bdi|p class=\"words\")[^>]*>.*?</(bdi|p)>", "", shown))


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_a_report_that_leaves_the_team_has_no_alarms(report: Report, kind: AlarmKind) -> None:
    codes = ("loyal", "solve")[: 1 + (kind is AlarmKind.TOGETHER)]
    found = with_alarms(replace(report, masked=True), alarm(kind, *codes, apart=(0.9, 0.5)))
    assert shared(found).alarms is None
    assert text_of(page(shared(found))) == ""
