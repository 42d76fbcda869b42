"""Looks whether every link inside a built book leads to a page, and to a place on it: links.py FOLDER

Prints what leads nowhere and a closing line; the exit code is 1 if there is any.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links and the places of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        # Where its links begin, if the page says so itself: the page of a wrong address does.
        self.base = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attributes if value is not None}
        self.places.update(value for name, value in given.items() if name == "id" or (tag, name) == ("a", "name"))
        if tag == "base":
            self.base = given.get("href", "")
        else:
            self.links.extend(value for name, value in given.items() if name in ("href", "src"))


def nowhere(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Says of each link inside the book that leads nowhere where it stands."""
    wrong = []
    for path, page in pages.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            around = folder if page.base.startswith("/") else path.parent
            target = (around / unquote(address.path)).resolve() if address.path else path
            target = target / "index.html" if target.is_dir() else target
            place = unquote(address.fragment)
            if not target.is_relative_to(folder) or not target.is_file():
                wrong.append(f"{path.relative_to(folder)}: there is no {link}")
            elif place and target in pages and place not in pages[target].places:
                wrong.append(f"{path.relative_to(folder)}: {link} names no place of that page")
    return wrong


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
    wrong = nowhere(folder, pages)
    print("\n".join(wrong), end="\n" if wrong else "")
    links = sum(len(page.links) for page in pages.values())
    print(f"{len(pages)} pages, {links} links, {len(wrong)} of them lead nowhere")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
