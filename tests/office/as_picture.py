#!/usr/bin/env python3
"""Opens a document in LibreOffice and leaves its pages as pictures, to be looked at.

    as_picture.py FILE FOLDER [--pages N] [--last N]

Prints the number of pages and the pictures. --pages: ends with 1 where it has another number of pages; --last: pictures of so many pages at most.
Needs soffice, pdfinfo and pdftoppm.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pages", type=int)
    parser.add_argument("--last", type=int, default=20)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf", "--outdir", given.folder, given.file],
            check=True,
            timeout=300,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    pdf = given.folder / f"{given.file.stem}.pdf"
    if not pdf.exists():
        sys.exit(f"{given.file}：LibreOffice 没有打开")
    told = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    pages = int(re.search(r"Pages:\s+(\d+)", told)[1])
    subprocess.run(["pdftoppm", "-r", "72", "-png", "-l", str(given.last), pdf, given.folder / given.file.stem], check=True)
    print(f"{given.file}：{pages} 页")
    for picture in sorted(given.folder.glob(f"{given.file.stem}-*.png")):
        print(picture)
    if given.pages is not None and pages != given.pages:
        sys.exit(f"{given.file}：应为 {given.pages} 页，实为 {pages} 页")


if __name__ == "__main__":
    main()
