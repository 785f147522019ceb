"""What people should be told of a study, in their words: no customer's words, no names of people, no secrets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.config import Event
from models.plural import plural
from models.privacy.masking import masked
from models.snapshot import Snapshot


@dataclass(frozen=True)
class News:
    """One piece of news.

    Attributes
    ----------
    keys : tuple of str
        Name it for good: whoever was told these was told it.
    """

    event: Event
    keys: tuple[str, ...]
    words: str


def of_review(proposals: Collection[str], groups: int, places: Sequence[str]) -> list[News]:
    """Groups wait for review: told once a proposal, however many of its groups are answered by then.

    Parameters
    ----------
    proposals : collection of proposal ids
        Those with groups that nobody has answered.
    groups : int
        How many such groups there are.
    places : sequence of str
        Addresses where people review them.
    """
    if not groups:
        return []
    verb, noun = plural(groups, "ждёт", "ждут", "ждут"), plural(groups, "группа", "группы", "групп")
    words = [f"{verb.capitalize()} проверки: {groups} {noun}.", *places]
    return [News(Event.REVIEW, tuple(sorted(f"{Event.REVIEW}/{name}" for name in proposals)), "\n".join(words))]


def of_themes(themes: Mapping[str, int]) -> list[News]:
    """Groups that may be new themes wait for review; each is told once.

    Parameters
    ----------
    themes : mapping of a group's key to its number of phrases
    """
    if not themes:
        return []
    count, phrases = len(themes), sum(themes.values())
    held = f"{count} {plural(count, 'группа', 'группы', 'групп')}, "
    held += f"{phrases} {plural(phrases, 'фраза', 'фразы', 'фраз')}"
    words = f"Похоже на новую тему: {held}. Ни один код к ним не подходит."
    return [News(Event.THEME, tuple(sorted(f"{Event.THEME}/{key}" for key in themes)), words)]


def of_report(found: Snapshot) -> list[News]:
    """The report has other numbers than before; the same evidence is the same news."""
    if not found.confirmed:
        return []
    told = f"подтверждено фраз: {found.confirmed}"
    if found.awaiting:
        told += f", ждут решения: {found.awaiting}"
    return [News(Event.REPORT, (f"{Event.REPORT}/{found.evidence}",), f"Отчёт готов: {told}.")]


def of_file(name: str, digest: str, problems: int) -> News:
    """A file was taken, but not whole (`problems` rows and cells), or not at all (0); its name may be a person's."""
    name = masked(name)
    lines = plural(problems, "место, которое", "места, которые", "мест, которые")
    whole = f"Файл «{name}» взят не целиком: в нём {problems} {lines} не удалось взять. Строки лежат в папке refused."
    words = whole if problems else f"Файл «{name}» не прочитан: из него ничего не взято. Причину скажет rechki status."
    return News(Event.REFUSED, (f"{Event.REFUSED}/{digest}",), words)


def of_failure(what: str, key: str) -> News:
    """A run failed; the same failure again is no news until a run succeeded."""
    return News(Event.FAILED, (f"{Event.FAILED}/{key}",), f"Прогон не удался: {masked(what)}")


def of_death() -> News:
    """A run was killed before it could say anything, by a person or for want of memory; the next one tells."""
    words = "Прошлый прогон оборвался: его остановили силой или не хватило памяти. Новый продолжает с того же места."
    return News(Event.FAILED, (f"{Event.FAILED}/killed",), words)
