# SPDX-License-Identifier: GPL-3.0-or-later
"""A small OSC client, written apart from liblo so that the two check each other."""

import socket
import struct
import time

NTP_1970 = 2208988800


def padded(data):
    return data + b'\0' * (4 - len(data) % 4)


def encode(address, *arguments):
    types, body = ',', b''
    for a in arguments:
        if isinstance(a, bool):
            types += 'T' if a else 'F'
        elif isinstance(a, int):
            types, body = types + 'i', body + struct.pack('>i', a)
        elif isinstance(a, float):
            types, body = types + 'f', body + struct.pack('>f', a)
        else:
            types, body = types + 's', body + padded(str(a).encode())
    return padded(address.encode()) + padded(types.encode()) + body


def encode_bundle(when, *packets):
    """`when` in seconds since 1970, as time.time() has it."""
    tag = struct.pack('>II', int(when) + NTP_1970, int((when % 1.0) * 2 ** 32))
    return b'#bundle\0' + tag + b''.join(struct.pack('>i', len(p)) + p for p in packets)


def take_string(data, at):
    end = data.index(b'\0', at)
    return data[at:end].decode(errors='replace'), end + 4 - end % 4


def decode(data):
    address, at = take_string(data, 0)
    types, at = take_string(data, at)
    values = []
    for t in types[1:]:
        if t in 'sS':
            value, at = take_string(data, at)
        elif t in 'TF':
            value = t == 'T'
        else:
            form = {'i': '>i', 'f': '>f', 'd': '>d', 'h': '>q', 't': '>Q'}[t]
            value = struct.unpack_from(form, data, at)[0]
            at += struct.calcsize(form)
        values.append(value)
    return address, values


class Answer:
    """How a command went: `ok`, its `text` or `rest`, the `values` and `stats` that came before."""

    def __init__(self):
        self.ok, self.text, self.rest, self.values, self.stats, self.help = False, 'no answer', [], {}, {}, []
        self.ends = 0  # how many /ok and /error came

    def take(self, address, arguments):
        if address == '/value':
            self.values[arguments[0]] = arguments[1:]
        elif address == '/help':
            self.help.append(arguments)
        elif address.startswith('/stats/'):
            self.stats[address[7:]] = arguments[0]
        elif address in ('/ok', '/error'):
            self.ok, self.rest = address == '/ok', arguments
            self.text = ' '.join(map(str, arguments[1:]))
            self.ends += 1


class Client:
    def __init__(self, port):
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.connect(('127.0.0.1', port))

    def close(self):
        self.socket.close()

    def send(self, packet):
        try:
            self.socket.send(packet)
        except ConnectionRefusedError:
            pass

    def receive(self, timeout):
        """(address, arguments), None when nothing came."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            return decode(self.socket.recv(65536))
        except (socket.timeout, ConnectionRefusedError):
            return None

    def drain(self):
        while self.receive(0.001):
            pass

    def command(self, address, *arguments, timeout=10.0):
        """Send one command and gather its answers."""
        self.drain()
        self.send(encode(address, *arguments))
        return self.answer(timeout, address)

    def answer(self, timeout=10.0, address=None):
        """Up to the end of a command; late ends of others, which were given up on, are passed over."""
        answer, end = Answer(), time.monotonic() + timeout
        while not answer.ends and time.monotonic() < end:
            message = self.receive(end - time.monotonic())
            if message and (message[0] not in ('/ok', '/error') or address in (None, message[1][0])):
                answer.take(*message)
        return answer
