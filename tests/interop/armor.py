"""Reader of armored kenc files: strict PEM as section ARMOR of kenc-format(5) asks."""

import base64
import binascii

BEGIN_LINE = b"-----BEGIN KENC FILE-----"
END_LINE = b"-----END KENC FILE-----"
LINE_LENGTH = 64


class ArmorFault(Exception):
    """What is wrong with the armor of a file."""


class ArmorReader:
    """Gives the bytes in an armored stream, as read() of a binary one would.

    A short answer comes only when the END line and the end of the input behind
    it were seen, so nobody takes a chunk for the last one too early.
    """

    def __init__(self, stream):
        self.stream = stream
        self.pieces = self.decoded_lines()
        self.pending = bytearray()

    def read(self, length):
        while len(self.pending) < length:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.pending += piece
        answer = bytes(self.pending[:length])
        del self.pending[:length]
        return answer

    def next_line(self):
        line = self.stream.readline(LINE_LENGTH + len(b"\r\n") + 1)
        if line == END_LINE:
            return line
        if not line.endswith(b"\n"):
            raise ArmorFault("armor: a line is too long or the END line is missing")
        return line[:-2] if line.endswith(b"\r\n") else line[:-1]

    def decoded_lines(self):
        if self.next_line() != BEGIN_LINE:
            raise ArmorFault("not a kenc file: wrong BEGIN line")
        closed = False
        while (line := self.next_line()) != END_LINE:
            if closed:
                raise ArmorFault("armor: a line behind the last one")
            closed = len(line) < LINE_LENGTH or line.endswith(b"=")
            yield decode_armor_line(line)
        if self.stream.read(1):
            raise ArmorFault("armor: something behind the END line")


def decode_armor_line(line):
    if not 0 < len(line) <= LINE_LENGTH:
        raise ArmorFault("armor: a line is empty or too long")
    try:
        piece = base64.b64decode(line, validate=True)
    except binascii.Error:
        raise ArmorFault("armor: a line is not base64") from None
    # The library ignores unused bits; encoding again shows them.
    if base64.b64encode(piece) != line:
        raise ArmorFault("armor: a line is not canonical base64")
    return piece
