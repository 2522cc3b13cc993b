#!/usr/bin/env python3
"""Tables and a plot from what `compare` measured: `report.py compare.json` writes compare.md and compare.svg."""

import json
import re
import statistics
import sys
from html import escape
from pathlib import Path

TASKS = {
    "encrypt": "Encrypt, file to file",
    "decrypt": "Decrypt, file to file",
    "verify": "Verify a file",
    "pipe encrypt": "Encrypt, through pipes",
    "pipe decrypt": "Decrypt, through pipes",
}
# kenc's own reads, writes and threads, without encryption: what the machine permits.
NO_ENCRYPTION = "pipeline only (no encryption)"
COPIES = ("cp", "cat | cat | cat", "true", "pipeline only")
PANEL_WIDTH, PANEL_GAP, LABEL_WIDTH, VALUE_WIDTH, HEAD_HEIGHT, BAR_HEIGHT, BAR_STEP = 430, 44, 166, 52, 34, 16, 23
# Each has contrast on white and on black, so the plot needs no background of its own.
TEXT_COLOUR, OWN_COLOUR, OTHER_COLOUR, COPY_COLOUR = "#768390", "#1f8fd6", "#98a2ad", "#b98b45"


class Line:
    """One thing that was measured."""

    def __init__(self, raw, size):
        self.task, self.tool, self.seconds = raw["task"], raw["tool"], raw["seconds"]
        self.is_start = self.task.startswith("start")
        self.median = statistics.median(self.seconds)
        self.peak = raw["peak_kib"] / 1024
        # Milliseconds for what is no matter of size, else GB/s.
        values = [seconds * 1e3 if self.is_start else size / seconds / 1e9 for seconds in self.seconds]
        self.range = statistics.median(values), min(values), max(values)


class Results:
    """Everything that was measured, and what it says."""

    def __init__(self, raw):
        self.notes = raw["notes"]
        self.lines = [Line(line, raw["bytes"]) for line in raw["lines"]]

    def of(self, task):
        return [line for line in self.lines if line.task == task]

    def line(self, task, tool):
        return next((line for line in self.of(task) if line.tool == tool), None)

    def copy_of(self, task):
        """The line that only moves the bytes the same way."""
        return self.line("pipe encrypt", "cat | cat | cat") if task.startswith("pipe") else self.line("encrypt", "cp")

    def markdown(self):
        parts = [[note] for note in self.notes] + [self.speeds(), self.starts(), self.targets()]
        return "\n\n".join("\n".join(part) for part in parts) + "\n"

    def speeds(self):
        rows = ["| | | GB/s | min–max | × cp, cat | × age | peak RSS |", "|---|---|---:|---:|---:|---:|---:|"]
        for task, title in TASKS.items():
            age = self.line("decrypt" if task == "verify" else task, "age")
            for line in self.of(task):
                ratios = f"{times(line, self.copy_of(task))} | {times(line, age)}"
                rows.append(f"| {title} | {escaped(line.tool)} | {span(line, 2)} | {ratios} | {mebibytes(line)} |")
                title = ""
        return rows

    def starts(self):
        rows = ["| From start to end | | ms | min–max |", "|---|---|---:|---:|"]
        for task in dict.fromkeys(line.task for line in self.lines if line.is_start):
            title = task.removeprefix("start: ")
            for line in self.of(task):
                rows.append(f"| {title} | {line.tool} | {span(line, 1)} |")
                title = ""
        return rows

    def targets(self):
        """The targets for kenc, and whether they are met."""
        kenc, age = ({line.task: line for line in self.lines if line.tool == tool} for tool in ("kenc", "age"))
        chacha = self.line("encrypt", "kenc, ChaCha20-Poly1305")

        def both(tool):
            return self.line("encrypt", tool), self.line("decrypt", tool)

        (age_seal, age_open), (sdk_seal, sdk_open) = both("kenc, age format"), both("kenc, AWS Encryption SDK")
        no_encryption = self.line("encrypt", NO_ENCRYPTION)
        aws_seal, aws_open = both("aws-encryption-cli")
        rows = ["| | target | measured | met |", "|---|---:|---:|---|"]
        for name, line, least, other_name, other in [
            ("encrypt, file to file", kenc["encrypt"], 1.7, "cp", self.copy_of("encrypt")),
            ("encrypt, file to file", kenc["encrypt"], 5, "age", age.get("encrypt")),
            ("decrypt, file to file", kenc["decrypt"], 2, "cp", self.copy_of("decrypt")),
            ("decrypt, file to file", kenc["decrypt"], 6, "age", age.get("decrypt")),
            ("encrypt, file to file", kenc["encrypt"], 0.95, NO_ENCRYPTION, no_encryption),
            ("decrypt, file to file", kenc["decrypt"], 0.95, NO_ENCRYPTION, no_encryption),
            ("encrypt with ChaCha20-Poly1305, file to file", chacha, 3, "age", age.get("encrypt")),
            ("encrypt an age file", age_seal, 1.5, "age", age.get("encrypt")),
            ("decrypt an age file", age_open, 1.5, "age", age.get("decrypt")),
            ("encrypt an AWS Encryption SDK message", sdk_seal, 4, "age", age.get("encrypt")),
            ("decrypt an AWS Encryption SDK message", sdk_open, 4, "age", age.get("decrypt")),
            ("encrypt an AWS Encryption SDK message", sdk_seal, 15, "aws-encryption-cli", aws_seal),
            ("decrypt an AWS Encryption SDK message", sdk_open, 15, "aws-encryption-cli", aws_open),
            ("encrypt, through pipes", kenc["pipe encrypt"], 2, "cat | cat | cat", self.copy_of("pipe encrypt")),
            ("encrypt, through pipes", kenc["pipe encrypt"], 3, "age", age.get("pipe encrypt")),
            ("verify a file", kenc["verify"], 1, "decrypt", kenc["decrypt"]),
        ]:
            if line and other:
                met = yes(other.median >= least * line.median)
                rows.append(f"| {name} | ≥ {least} × {escaped(other_name)} | {times(line, other)} × | {met} |")
        for task, most in [
            ("start: inspect a large file", 3),
            ("start: 1 KiB, local key", 3),
            ("start: 1 KiB, one KMS call over HTTP", 6),
            ("start: 1 KiB, one KMS call over TLS", 10),
        ]:
            if task in kenc:
                found = kenc[task].range[0]
                rows.append(f"| {task.replace(':', ' to end:')} | < {most} ms | {found:.1f} ms | {yes(found < most)} |")
        peak = max(line.peak for line in self.lines if line.tool.startswith("kenc"))
        return [*rows, f"| peak RSS, whatever the path | ≤ 16 MiB | {peak:.1f} MiB | {yes(peak <= 16)} |"]

    def beside_copy(self, task):
        lines = dict.fromkeys([self.copy_of(task), *self.of(task)])
        return [(short(line.tool), line.range) for line in lines]

    def plot(self):
        panels = [(title, self.beside_copy(task), "GB/s") for task, title in TASKS.items() if task != "verify"]
        starts = [(short(line.tool), line.range) for line in self.of("start: 1 KiB, local key")]
        starts += [(f"{line.tool}, KMS", line.range) for line in self.of("start: 1 KiB, one KMS call over HTTP")]
        peaks = [(short(line.tool), (line.peak,) * 3) for line in self.of("encrypt")]
        panels += [("Start to end, 1 KiB", starts, "ms"), ("Peak memory, encrypting a file", peaks, "MiB")]
        parts, top = [], 0
        for pair in zip(panels[::2], panels[1::2]):
            for number, (title, values, unit) in enumerate(pair):
                parts.append(panel(title, values, unit, number * (PANEL_WIDTH + PANEL_GAP), top))
            top += HEAD_HEIGHT + BAR_STEP * max(len(values) for _, values, _ in pair) + 22
        width = 2 * PANEL_WIDTH + PANEL_GAP
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 {width + 20} {top}" width="{width + 20}" '
            f'height="{top}" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" '
            f'font-size="13" fill="{TEXT_COLOUR}">'
        )
        parts.insert(0, "<title>Speed, start-up and memory of kenc and of other tools</title>")
        return "\n".join([head, *parts, "</svg>\n"])


def panel(title, values, unit, left, top):
    """Bars for names with their median, least and most, the best on top."""
    values = sorted(values, key=lambda value: value[1][0], reverse=unit == "GB/s")
    # A bar that would make the others invisible is cut, and shows it.
    middle = statistics.median(median for _, (median, _, _) in values)
    longest = min(max(most for _, (_, _, most) in values), 6 * middle)
    better = "more is better" if unit == "GB/s" else "less is better"
    svg = [
        f'<g transform="translate({left} {top})">',
        f'<text y="20" font-size="15" font-weight="600">{escape(title)}</text>',
        f'<text x="{PANEL_WIDTH}" y="20" text-anchor="end" font-size="12">{unit}, {better}</text>',
    ]
    svg += [bar(name, span, longest, HEAD_HEIGHT + number * BAR_STEP) for number, (name, span) in enumerate(values)]
    return "\n".join([*svg, "</g>"])


def bar(name, values, longest, top):
    room = PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH
    end, low, high = (LABEL_WIDTH + min(value / longest, 1) * room for value in values)
    is_own, is_cut = name.startswith("kenc"), values[0] > longest
    colour = OWN_COLOUR if is_own else COPY_COLOUR if name in COPIES else OTHER_COLOUR
    weight = ' font-weight="600"' if is_own else ""
    length = max(end - LABEL_WIDTH, 1)
    middle, baseline = top + BAR_HEIGHT / 2, top + BAR_HEIGHT / 2 + 4.5
    svg = [
        f'<text x="{LABEL_WIDTH - 8}" y="{baseline}" text-anchor="end"{weight}>{escape(name)}</text>',
        f'<rect x="{LABEL_WIDTH}" y="{top}" width="{length:.1f}" height="{BAR_HEIGHT}" rx="2" fill="{colour}"/>',
    ]
    if is_cut:
        at = f"{end - 16:.1f} {top + BAR_HEIGHT + 3}"
        svg.append(f'<path d="M{at}l5 -22M{at}m4 0l5 -22" stroke="{TEXT_COLOUR}" stroke-width="1.5"/>')
    elif high - low >= 1:
        path = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8"
        svg.append(f'<path d="{path}" stroke="{TEXT_COLOUR}" fill="none"/>')
    behind = end if is_cut else max(end, high)
    svg.append(f'<text x="{behind + 6:.1f}" y="{baseline}"{weight}>{three_digits(values[0])}</text>')
    return "".join(svg)


def short(tool):
    return re.sub(r" \(.*\)|-Poly1305", "", tool)


def three_digits(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(line, other):
    """How many times as fast a line is as another."""
    return f"{other.median / line.median:.2f}" if other else "–"


def span(line, digits):
    median, least, most = line.range
    return f"{median:.{digits}f} | {least:.{digits}f}–{most:.{digits}f}"


def mebibytes(line):
    """Too short a run ends before its memory is looked at."""
    return f"{line.peak:.1f} MiB" if line.peak else "–"


def yes(is_met):
    return "yes" if is_met else "**no**"


def escaped(text):
    return text.replace("|", "\\|")


def write(raw):
    """Writes tables and plot beside the file `raw`, and prints the tables."""
    results = Results(json.loads(raw.read_text(encoding="utf-8")))
    print(results.markdown(), end="")
    raw.with_suffix(".md").write_text(results.markdown(), encoding="utf-8")
    raw.with_suffix(".svg").write_text(results.plot(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
