"""A name server on 127.0.0.1 that knows one name, for packaging/try.

    python3 packaging/one-name.py NAME ADDRESS
"""

import socket
import struct
import sys

name, address = sys.argv[1:]
wanted = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    query, client = server.recvfrom(512)
    question = query[12 : query.index(b"\0", 12) + 5]
    is_wanted = question[:-4].lower() == wanted
    is_a = question[-4:] == b"\0\1\0\1"
    answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + socket.inet_aton(address) if is_wanted and is_a else b""
    flags = 0x8180 if is_wanted else 0x8183
    server.sendto(query[:2] + struct.pack("!HHHHH", flags, 1, bool(answer), 0, 0) + question + answer, client)
