"""How a page looks: one style sheet, and the colours it is made of.

Every colour of text has a contrast of at least 4.5 to 1 on what it stands on. Nothing is fetched:
system fonts, no pictures, no script.
"""

from __future__ import annotations

__all__ = ["CSS", "POLICY"]

# The page may not load anything from anywhere: styles stand in it, pictures are carried in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

CSS = """
:root { --ink: #1f2933; --quiet: #52606d; --line: #cbd2d9; --tint: #f1f5f9; --link: #0b4f8a; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: #1f2933; background: #ffffff; line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
.wrap { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; color: #ffffff; background: #0b4f8a; }
header { padding: 1.6rem 0 .6rem; border-bottom: 3px solid #0b4f8a; margin-bottom: 1.2rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; }
.subtitle { margin: .4rem 0 0; color: #52606d; background: #ffffff; font-size: 1.1rem; }
h2 { font-size: 1.45rem; margin: 2.6rem 0 .6rem; line-height: 1.25; }
h3 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; }
h4 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
h1, h2, h3, h4, li, p, caption, th, td, summary { overflow-wrap: anywhere; }
a { color: #0b4f8a; background: #ffffff; }
.short { color: #1f2933; background: #f1f5f9; border-left: .4rem solid #0b4f8a; padding: .4rem 1.4rem 1rem; }
.short h2 { margin-top: .8rem; }
.short h3 { margin: 1rem 0 0; }
.short ul, .short ol { margin: .3rem 0; }
.headline { font-size: 1.25rem; font-weight: 600; margin: .2rem 0 .4rem; }
.findings { list-style: none; padding-left: 0; }
.findings li { padding: .2rem 0 .2rem 1.7rem; position: relative; }
.findings .mark { position: absolute; left: .2rem; }
.tag { font-weight: 600; }
.caveat { color: #52606d; background: #ffffff; display: block; font-size: .92rem; }
nav > ol { columns: 2; column-gap: 2.5rem; padding-left: 1.3rem; }
nav ol ol { padding-left: 1.2rem; }
nav li { break-inside: avoid; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .5rem 0; color: #52606d; background: #ffffff; }
th, td { padding: .32rem .5rem; border-bottom: 1px solid #cbd2d9; vertical-align: top; text-align: left;
  overflow-wrap: break-word; }
thead th { border-bottom: 2px solid #1f2933; vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 6.5em; max-width: 17rem; }
th.n, td.n { text-align: right; }
td.n, td.v { white-space: nowrap; }
figure { margin: 1rem 0; }
figure img { max-width: 100%; height: auto; display: block; }
figcaption { color: #52606d; background: #ffffff; font-size: .9rem; }
details { margin: .8rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .2rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .9rem; }
dt { color: #52606d; background: #ffffff; } dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3rem; border-top: 1px solid #cbd2d9; padding-top: .8rem; color: #52606d;
  background: #ffffff; font-size: .9rem; }
@media screen and (max-width: 40rem) {
  nav > ol { columns: 1; }
  h1 { font-size: 1.6rem; }
  .headline { font-size: 1.1rem; }
  /* A picture that shrank with the screen could not be read: it keeps its size and is moved sideways, like tables. */
  figure img { max-width: none; width: 40rem; }
}
@media print {
  @page { margin: 18mm 15mm; }
  body { font-size: 10.5pt; }
  .wrap { max-width: none; padding: 0; }
  .skip, nav { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  td.n { white-space: normal; }
  th, td { padding: .25rem .35rem; }
  details::details-content { content-visibility: visible; display: block; }
  h2, h3, h4, summary, caption { break-after: avoid; }
  /* What belongs together stays on one page while it fits: sentences with their picture, a table with its headings. */
  tr, figure, li, table, dl, .findings { break-inside: avoid; }
  .findings, details > p { break-after: avoid; }
  header { padding-top: 0; margin-bottom: .8rem; }
  h1 { font-size: 1.5rem; }
  .headline { font-size: 1.05rem; }
  .short { font-size: 9.5pt; line-height: 1.35; }
  details > ul, dl { font-size: 8.5pt; line-height: 1.35; }
  .question + .question { break-before: page; }
  thead { display: table-header-group; }
  a { color: #1f2933; background: #ffffff; text-decoration: none; }
}
""".strip()
