"""What annotators read around the tasks: titles, instructions, and how each code frame speaks to them."""

from dataclasses import dataclass

from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.review import Kind

TITLES = {
    Kind.GROUP: "1 · Группы",
    Kind.ADDITION: "2 · Дополнения",
    Kind.SORT: "3 · Разложить по кодам",
    Kind.PHRASE: "4 · Фразы по одной",
    Kind.AUDIT: "5 · Проверка вслепую",
    Kind.SECOND: "6 · Второй кодировщик",
    Kind.ADJUDICATION: "7 · Споры",
}
INSTRUCTIONS = {
    Kind.GROUP: (
        "<p>На странице — группа похожих фраз. Снимите отметку с тех, что сюда не относятся, поправьте название"
        "%TARGET% и нажмите «Готово»: группа подтверждена целиком. Если такой код уже есть, выберите "
        "его внизу. Если тем здесь несколько, отметьте это: группа придёт снова, разделённая мельче. Если общей темы "
        "нет — распустите группу. Справа от фразы: «и ещё о другом» — она останется здесь и "
        "придёт ещё раз отдельно.</p><p>Без мыши: буква у фразы снимает и ставит отметку, %KEYS%"
        "Ctrl+Enter — готово.</p>"
    ),
    Kind.ADDITION: (
        "<p>На странице — фразы, которые, скорее всего, относятся к коду, название которого вверху. Оставьте отметку "
        "у тех, что сюда относятся, и нажмите «Готово»; остальные придут с другим предложением.</p><p>Без мыши: "
        "буква у фразы снимает и ставит отметку, Ctrl+Enter — готово.</p>"
    ),
    Kind.SORT: (
        "<p>На странице — фразы, у каждой — коды, к которым она, скорее всего, относится. Отметьте верный; где он уже "
        "отмечен и верен, ничего не делайте. Можно отметить два. «и ещё о другом» — фраза придёт ещё раз отдельно. Ни "
        "один код не подходит — оставьте без отметок.</p><p>Без мыши: буква — первый код фразы, Shift и буква — "
        "второй, Alt и буква — третий, Alt+Shift и буква — и ещё о другом, Ctrl+Enter — готово.</p>"
    ),
    Kind.PHRASE: (
        "<p>Одна фраза. Считаются все отмеченные коды. Если предложенный код не подходит, снимите отметку и выберите "
        "другой из списка или напишите новый.</p><p>Без мыши: 1–3 — предложенные коды, 7 — нет ответа, 8 — не по теме, "
        "9 — другое, 0 — неразборчиво, Ctrl+Enter — готово. Знак ✂ — это часть ответа; разрезан зря — Shift+J.</p>"
    ),
    Kind.AUDIT: (
        "<p>Здесь случайная доля фраз, которые уже подтверждены на страницах, — без подсказки и вперемешку. Прочтите "
        "фразу, решите сами, %DECIDE%, и выберите код в списке; кодов может быть несколько, нужного нет — напишите "
        "новый. Не подглядывайте в другие проекты: так мы узнаём, сколько ошибок остаётся, когда подтверждают "
        "страницами. Лучше, если отвечает не тот, кто подтверждал.</p><p>Без мыши: 7 — нет ответа, 8 — не по теме, "
        "9 — другое, 0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
    Kind.SECOND: (
        "<p>Этот проект — для второго человека: о тех же фразах спрашивают и первого, в других проектах. Прочтите "
        "фразу, решите сами, %DECIDE%, и выберите код в списке; кодов может быть несколько, нужного нет — напишите "
        "новый. Ответов первого не видно, и смотреть их не надо: сравниваются два независимых ответа.</p><p>Без мыши: "
        "7 — нет ответа, 8 — не по теме, 9 — другое, 0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
    Kind.ADJUDICATION: (
        "<p>Об этой фразе ответили по-разному; ответы стоят под нею, без имён. Решите, как верно: отметьте все верные "
        "коды — один из ответов, оба или другое. Ваш ответ решает, пока его не изменят здесь же. Если спор уладят "
        "без вас, задание исчезнет.</p><p>Без мыши: 1–6 — коды из ответов, 7 — нет ответа, 8 — не по теме, 9 — другое, "
        "0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
}


@dataclass(frozen=True)
class FrameWords:
    """How a code frame speaks to annotators.

    Attributes
    ----------
    project : str
        Stands before the names of its projects.
    intro : str
        Begins the instructions: what its codes are.
    question, decide : str
        What is asked of a single phrase, over its choices and in the instructions.
    target, keys : str
        What the instructions of a group say of targets; empty where the frame's codes have none.
    purpose, why : str
        What the two texts of a row are called beside a single phrase.
    """

    project: str
    intro: str
    question: str
    decide: str
    target: str
    keys: str
    purpose: str
    why: str

    @property
    def has_targets(self) -> bool:
        """Whether people are asked if a code is a target."""
        return bool(self.target)


FRAMES = {
    PURPOSE_FRAME: FrameWords(
        project="",
        intro="",
        question="О чём эта фраза",
        decide="о чём она",
        target=", отметьте, целевая ли тема,",
        keys="1–3 — целевая ли тема, ",
        purpose="Ответ целиком",
        why="Почему",
    ),
    WHY_FRAME: FrameWords(
        project="Критерии",
        intro=(
            "<p>Здесь — слова о том, почему поставлена такая оценка. Код — критерий, по которому люди судят, или "
            "пожелание: «Скорость», «Вежливость», «Напоминать о записи». Хвалят или ругают — код один: «быстро» и "
            "«долго ждал» — оба «Скорость»; довольны ли ею, покажут оценки.</p>"
        ),
        question="Какой критерий или какое пожелание в этой фразе",
        decide="какой это критерий или пожелание",
        target="",
        keys="",
        purpose="Зачем",
        why="Почему, целиком",
    ),
}


def title_of(frame: str, kind: Kind) -> str:
    """Return what the project of a kind of task is called, after the study's own title."""
    before = FRAMES[frame].project
    return f"{before} · {TITLES[kind]}" if before else TITLES[kind]


def instructions(frame: str, kind: Kind) -> str:
    """Return what an annotator reads before the first task of a project."""
    words = FRAMES[frame]
    said = INSTRUCTIONS[kind].replace("%TARGET%", words.target).replace("%KEYS%", words.keys)
    return words.intro + said.replace("%DECIDE%", words.decide)
