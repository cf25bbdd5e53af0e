"""Makes responses.xlsx: made-up sign-ups to a citizens' assembly in Manchester, with what is in them."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
HEADER = (
    "ID", "Start time", "Completion time", "Email", "Name", "Age group:", "What is your sex?",
    "Which of these languages do you speak at home?", "Postcode", "Anything else we should know?",
)  # fmt: skip
# Young people came rarely and older ones often; that is what there is to find.
AGES = {"16-24": 6, "25-34": 9, "35-44": 17, "45-64": 46, "65+": 38, "Prefer not to say": 4}
SEXES = {
    "Female": 66,
    "Male": 46,
    "male": 3,
    "Woman": 3,
    "Prefer not to say": 1,
    "In my own words": 1,
}
LANGUAGES = (("English;", 0.8), ("English;Urdu;", 0.12), ("Polish;", 0.04), ("", 0.04))


def main() -> None:
    draw = random.Random(7)
    ages = [age for age, number in AGES.items() for _ in range(number)]
    sexes = [sex for sex, number in SEXES.items() for _ in range(number)]
    draw.shuffle(ages)
    draw.shuffle(sexes)
    rows = []
    for number, (age, sex) in enumerate(zip(ages, sexes, strict=True), start=1):
        start = datetime(2026, 2, 1, 9) + timedelta(hours=3 * number)
        language = draw.choices(
            [word for word, _ in LANGUAGES], [weight for _, weight in LANGUAGES]
        )[0]
        rows.append(
            [
                number, start, start + timedelta(minutes=5), f"p{number:03d}@example.org",
                f"Person {number}", age, sex, language, "M14 5XX", "",
            ]
        )  # fmt: skip
    # Two people sent the form twice; the second time one of them corrected her age.
    again = [list(rows[10]), list(rows[40])]
    for number, row in enumerate(again, start=len(rows) + 1):
        row[0] = number
        row[1] = datetime(2026, 2, 20, 9)
        row[2] = datetime(2026, 2, 20, 9, 4)
        rows.append(row)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Form1"
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    book.create_sheet("Notes").append(["Exported for the steering group"])
    book.save(HERE / "responses.xlsx")
    truth = {
        "synthetic": True,
        "rows": len(rows),
        "people": len(rows) - len(again),
        "age": dict(Counter(ages)),
        "sex": {"Female": 69, "Male": 49, "unknown": 1, "own words": 1},
    }
    (HERE / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
