"""Writes exports of each platform from made-up people, in the platform's layout."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import openpyxl


@dataclass(frozen=True)
class Person:
    """What somebody answers; None is no answer."""

    sex: str | None
    age: str | None
    groups: tuple[str, ...]


SEXES = ("Female", "Male", "Prefer not to say", None)
BANDS = ("16-24", "25-44", "45-64", "65+", None)
GROUPS = ("White", "Asian, Asian British or Asian Welsh", "Mixed or Multiple ethnic groups")


def _text(
    rows, path: Path, separator: str = ",", *, bom: bool = False, quote: bool = False
) -> Path:
    made = io.StringIO(newline="")
    style = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    csv.writer(made, delimiter=separator, quoting=style, lineterminator="\r\n").writerows(rows)
    path.write_text(made.getvalue(), encoding="utf-8-sig" if bom else "utf-8", newline="")
    return path


def google_forms(people, folder: Path) -> Path:
    rows = [["Timestamp", "What is your sex?", "Age group", "Ethnic group (tick all that apply)"]]
    for n, one in enumerate(people):
        moment = f"2026/03/02 10:{n % 60:02d}:00 am GMT"
        rows.append([moment, one.sex or "", one.age or "", ", ".join(one.groups)])
    return _text(rows, folder / "responses.csv")


def microsoft_forms(people, folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        [
            "ID",
            "Start time",
            "Completion time",
            "Email",
            "Name",
            "Sex:",
            "Age group:",
            "Ethnic group",
        ]
    )
    for n, one in enumerate(people, start=1):
        ticks = "".join(f"{group};" for group in one.groups)
        sheet.append(
            [n, "2026-03-01", "2026-03-01", "anonymous", None, one.sex, one.age, ticks or None]
        )
    path = folder / "responses.xlsx"
    book.save(path)
    return path


def surveymonkey(people, folder: Path) -> Path:
    top = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address"]
    rows = [
        [*top, "What is your sex?", "Age group", "Ethnic group", *[""] * (len(GROUPS) - 1)],
        [*[""] * len(top), "Response", "Response", *GROUPS],
    ]
    for n, one in enumerate(people):
        ticks = [group if group in one.groups else "" for group in GROUPS]
        rows.append(
            [114000000000 + n, 45, "a", "b", "192.0.2.1", one.sex or "", one.age or "", *ticks]
        )
    return _text(rows, folder / "survey.csv", bom=True)


def qualtrics(people, folder: Path) -> Path:
    ids = ["StartDate", "Status", "Finished", "ResponseId", "Q1", "Q2"]
    ids += [f"Q3_{n}" for n in range(1, len(GROUPS) + 1)]
    texts = [
        "Start Date",
        "Response Type",
        "Finished",
        "Response ID",
        "What is your sex?",
        "Age group",
    ]
    texts += [f"Ethnic group - Selected Choice - {group}" for group in GROUPS]
    rows = [ids, texts, [f'{{"ImportId": "{name}"}}' for name in ids]]
    for n, one in enumerate(people):
        ticks = [group if group in one.groups else "" for group in GROUPS]
        rows.append(
            ["2026-01-01", "IP Address", "True", f"R_{n}", one.sex or "", one.age or "", *ticks]
        )
    # A preview and spam are no people.
    rows += [
        ["2026-01-01", status, "True", "R_x", "Male", "65+", *GROUPS]
        for status in ("Survey Preview", "Spam")
    ]
    return _text(rows, folder / "export.csv", bom=True)


def limesurvey(people, folder: Path) -> Path:
    sexes = {"Female": "A1", "Male": "A2", "Prefer not to say": "A3"}
    ages = {band: f"B{n}" for n, band in enumerate(BANDS[:-1], start=1)}
    options = [f"Q3[SQ{n:03d}]" for n in range(1, len(GROUPS) + 1)]
    rows = [["id", "submitdate", "lastpage", "startlanguage", "Q1", "Q2", *options]]
    for n, one in enumerate(people, start=1):
        ticks = ["Y" if group in one.groups else "" for group in GROUPS]
        rows.append(
            [
                n,
                "1980-01-01 00:00:00",
                2,
                "en",
                sexes.get(one.sex, ""),
                ages.get(one.age, ""),
                *ticks,
            ]
        )
    book = [["question", "text", "code", "answer"]]
    book += [["Q1", "What is your sex?", code, sex] for sex, code in sexes.items()]
    book += [["Q2", "Age group", code, band] for band, code in ages.items()]
    book += [["Q3", "Ethnic group", f"SQ{n:03d}", group] for n, group in enumerate(GROUPS, start=1)]
    _text(book, folder / "codebook.csv")
    return _text(rows, folder / "results-survey.csv", ";", bom=True, quote=True)


def eventbrite(people, folder: Path) -> Path:
    rows = [["Order #", "Attendee #", "Email", "Quantity", "Ticket Type", "Attendee Status"]]
    rows[0] += ["What is your sex?", "Age group", "Ethnic group"]
    for n, one in enumerate(people):
        row = [9000 + n, n, "e@example.org", 1, "Resident", "Attending"]
        rows.append([*row, one.sex or "", one.age or "", one.groups[0] if one.groups else ""])
    rows.append([1, 1, "x@example.org", 1, "Resident", "Refunded", "Male", "65+", GROUPS[0]])
    return _text(rows, folder / "attendees.csv")


def kobotoolbox(people, folder: Path) -> Path:
    names = ["white", "asian", "mixed"]
    columns = [f"who/ethnic_group/{name}" for name in names]
    rows = [
        [
            "start",
            "who/sex",
            "who/age_group",
            "who/ethnic_group",
            *columns,
            "_id",
            "_uuid",
            "_submission_time",
        ]
    ]
    for n, one in enumerate(people):
        flags = [str(int(group in one.groups)) for group in GROUPS] if one.groups else [""] * 3
        chosen = " ".join(name for name, flag in zip(names, flags, strict=True) if flag == "1")
        rows.append(["2026", one.sex or "", one.age or "", chosen, *flags, n, f"u{n}", "2026"])
    return _text(rows, folder / "export.csv", ";", quote=True)


def redcap(people, folder: Path) -> Path:
    boxes = [f"ethnic___{n}" for n in range(1, len(GROUPS) + 1)]
    rows = [["record_id", "redcap_event_name", "sex", "age", *boxes, "who_complete", "mood"]]
    sexes = {"Female": "1", "Male": "2", "Prefer not to say": "3"}
    ages = {band: str(n) for n, band in enumerate(BANDS[:-1], start=1)}
    for n, one in enumerate(people, start=1):
        flags = [str(int(group in one.groups)) for group in GROUPS]
        rows.append(
            [n, "baseline_arm_1", sexes.get(one.sex, ""), ages.get(one.age, ""), *flags, "2", ""]
        )
        rows.append([n, "followup_arm_1", "", "", "0", "0", "0", "", "4"])
    choices = "Choices, Calculations, OR Slider Labels"
    book = [["Variable / Field Name", "Form Name", "Field Type", "Field Label", choices]]
    book.append(["sex", "who", "radio", "Sex", " | ".join(f"{c}, {s}" for s, c in sexes.items())])
    book.append(
        ["age", "who", "radio", "Age group", " | ".join(f"{c}, {b}" for b, c in ages.items())]
    )
    words = " | ".join(f"{n}, {group}" for n, group in enumerate(GROUPS, start=1))
    book.append(["ethnic", "who", "checkbox", "Ethnic group", words])
    _text(book, folder / "DataDictionary.csv")
    return _text(rows, folder / "data.csv")


def typeform(people, folder: Path) -> Path:
    rows = [["#", "What is your sex?", "Age group", "Ethnic group (choose all that apply)"]]
    rows[0] += ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    for n, one in enumerate(people):
        rows.append(
            [f"id{n}", one.sex or "", one.age or "", ", ".join(one.groups), "a", "b", f"n{n}"]
        )
    return _text(rows, folder / "responses.csv")


def sortition(people, folder: Path) -> Path:
    rows = [["nationbuilder_id", "first_name", "last_name", "primary_address1", "primary_zip"]]
    rows[0] += ["sex", "age_group", "ethnic_group"]
    for n, one in enumerate(people):
        row = [f"p{n}", "A", "B", "1 Street", "M14"]
        rows.append([*row, one.sex or "", one.age or "", one.groups[0] if one.groups else ""])
    return _text(rows, folder / "respondents.csv")


def crm(people, folder: Path) -> Path:
    rows = [["Contact ID", "First Name", "Last Name", "Email", "Sex", "Age group", "Ethnic group"]]
    for n, one in enumerate(people):
        rows.append(
            [n, "A", "B", f"{n}@example.org", one.sex or "", one.age or "", ";".join(one.groups)]
        )
    return _text(rows, folder / "contacts.csv")


def own_workbook(people, folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Citizens' assembly: sign-ups"])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["Ref", "About you", None, "Background"])
    sheet.append([None, "Sex", "Age group", "Ethnic group"])
    for n, one in enumerate(people, start=1):
        sheet.append([f"R{n}", one.sex, one.age, "; ".join(one.groups) or None])
    path = folder / "our list.xlsx"
    book.save(path)
    return path


# A writer, and whether its people may tick several groups.
WRITERS = {
    "Google Forms": (google_forms, True),
    "Microsoft Forms": (microsoft_forms, True),
    "SurveyMonkey": (surveymonkey, True),
    "Qualtrics": (qualtrics, True),
    "LimeSurvey": (limesurvey, True),
    "Eventbrite": (eventbrite, False),
    "KoboToolbox": (kobotoolbox, True),
    "REDCap": (redcap, True),
    "Typeform": (typeform, True),
    "Sortition pool": (sortition, False),
    "CRM contacts": (crm, True),
    "A table of your own": (own_workbook, True),
}
