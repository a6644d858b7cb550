# SPDX-License-Identifier: GPL-3.0-or-later
# Every command there is, as /help tells them, with right, boundary and wrong values, against a running engine: commands that
# are added are tested without a word here.

import math
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, main, wait_until  # noqa: E402
from osc import Answer, encode  # noqa: E402

# Arguments that can't be told from their kind alone.
RIGHT = {
    '/deck/N/load': lambda s: [s.path('n.wav')],
    '/deck/N/loop': lambda s: [0.5, 1.5],
    '/deck/N/jump': lambda s: [0.25],
    '/deck/N/eq/set': lambda s: ['low_freq', 300.0],
    '/deck/N/pitch/set': lambda s: ['quality', 1],
    '/deck/N/preset/eq': lambda s: ['Warm'],
    '/deck/N/preset/pitch': lambda s: ['Key 0'],
    '/mic/preset/eq': lambda s: ['urn:deckhost:eq:preset:flat'],
    '/ramp': lambda s: ['/deck/2/fader', 0.5, 0.01],
    '/record/start': lambda s: [s.path('r.wav')],
    '/score/play': lambda s: [s.path('s.score')],
    '/get': lambda s: ['/deck/*/fader'],
    '/subscribe': lambda s: ['/deck/1/fader', 0],
    '/midi/bind': lambda s: ['cc 1 7', '/deck/2/fader', '0 1 pickup'],
    '/midi/learn': lambda s: ['/deck/2/fader'],
    '/midi/load': lambda s: ['two-channel'],
    '/midi/save': lambda s: [s.path('new.map')],
    '/help': lambda s: ['/stats'],
}
for strip in ('/deck/N', '/mic', '/master'):
    RIGHT[strip + '/insert/K/load'] = lambda s: ['urn:deckhost:eq']
    RIGHT[strip + '/insert/K/preset'] = lambda s: ['Warm']
    RIGHT[strip + '/insert/K/set'] = lambda s: ['low', 3.0]
# What is asked in this order, last of all: it takes away what others need.
LAST = ['/deck/N/insert/K/unload', '/mic/insert/K/unload', '/master/insert/K/unload', '/record/start', '/record/stop', '/score/play', '/score/stop', '/deck/N/unload', '/deck/remove', '/session/load', '/quit']


class Argument:
    """One of `[?]NAME:KIND[:MINIMUM:MAXIMUM[:UNIT]][:WORDS][=DEFAULT]`."""

    def __init__(self, text):
        text, _, self.default = text.partition('=')
        self.optional = text.startswith('?')
        self.name, self.kind, *rest = text.lstrip('?').split(':')
        self.low, self.high = (float(rest[0]), float(rest[1])) if self.kind in ('number', 'whole') else (0.0, 1.0)
        self.unit = rest[2] if len(rest) > 2 else ''
        self.words = rest[0].split('|') if self.kind == 'choice' else []

    def right(self, stage):
        return {'number': [(self.low + min(self.high, self.low + 2.0)) / 2], 'whole': [int(self.low)], 'switch': [1, 0, True],
                'choice': self.words + [0], 'text': ['word'], 'file': [stage.path('n.wav')],
                'path': [stage.path('new.wav')], 'deck': [4], 'decks': [1]}[self.kind]

    def boundary(self):
        if self.kind == 'number':
            return [self.low, self.high]
        if self.kind == 'whole':
            return [int(self.low), int(self.high)]
        return {'switch': [0, 1], 'choice': [len(self.words) - 1], 'decks': [1, 4]}.get(self.kind, [])

    def wrong(self):
        if self.kind in ('number', 'whole'):
            step = max(1.0, abs(self.high)) * 0.01
            fraction = [self.low + 0.5] if self.kind == 'whole' else []
            return [self.low - step, self.high + step, math.nan, math.inf, -math.inf, 'text'] + fraction
        return {'switch': [2, -1, 0.5, 'on'], 'choice': ['nonsense', '', len(self.words), -1, 0.5], 'text': [5, ''],
                'file': [5, ''], 'path': [5, ''], 'deck': [0, 65, 1.5, 'two'], 'decks': [0, 65, 1.5, 'two']}[self.kind]

    def refusal(self):
        """What a refusal of a wrong value must tell."""
        if self.kind in ('number', 'whole'):
            return ['%.10g' % self.low, '%.10g' % self.high]
        return {'switch': ['0 or 1'], 'choice': self.words, 'deck': [], 'decks': []}.get(self.kind, ['text'])


class Command:
    def __init__(self, line):
        self.template, self.usage, self.text, spec, uses = line
        self.address = self.template.replace('/N', '/1').replace('/K', '/1')
        self.arguments = [Argument(a) for a in spec.split()]
        self.uses = uses.split()
        self.needed = [a for a in self.arguments if not a.optional and a.kind != 'decks']
        # a control: what is set is what is read, whatever else is going on
        self.control = ('get' in self.uses and 'set' in self.uses and len(self.arguments) == 1 and
                        self.arguments[0].kind in ('number', 'whole', 'switch', 'choice') and self.arguments[0].unit != 's' and
                        self.address != '/deck/1/loop/enable')

    def right(self, stage):
        if self.template in RIGHT:
            return RIGHT[self.template](stage)
        return [a.right(stage)[0] for a in self.needed]


class Asker:
    """Gives every command an id of its own and keeps count of the answers."""

    def __init__(self, host):
        self.host, self.ends, self.wrong_echo = host, {}, []

    def take(self, message, answer=None, name=None):
        address, arguments = message
        if address in ('/ok', '/error'):
            key = arguments[1] if len(arguments) > 1 else None
            self.ends[key] = self.ends.get(key, 0) + 1
            if key == name and answer is not None:
                answer.take(address, [arguments[0]] + arguments[2:])
        elif answer is not None:
            answer.take(address, arguments)

    def ask(self, address, *arguments):
        name, answer, end = '#%d' % len(self.ends), Answer(), time.monotonic() + 20.0
        self.ends[name] = 0
        self.host.osc.send(encode(address, name, *arguments))
        while not answer.ends and time.monotonic() < end:
            message = self.host.osc.receive(end - time.monotonic())
            if message:
                self.take(message, answer, name)
        if answer.ends and answer.rest[0] != address:
            self.wrong_echo.append((address, answer.rest))
        return answer

    def drain(self):
        while True:
            message = self.host.osc.receive(0.4)
            if not message:
                return
            self.take(message)


def equal(value, got, argument):
    if argument.kind == 'choice' and not isinstance(value, str):
        value = argument.words[int(value)]
    if argument.kind == 'choice' and not isinstance(got, str):
        got = argument.words[int(got)]
    return got == value if isinstance(value, str) else abs(got - value) <= 1e-5 * max(1.0, abs(value))


def check_control(asker, c):
    """What is set is read back, at the boundaries, too; what is wrong changes nothing.  The first that isn't so."""
    a = c.arguments[0]
    before = asker.ask('/get', c.address).values[c.address]
    for value in a.right(asker.host.stage) + a.boundary():
        answer = asker.ask(c.address, value)
        if not answer.ok:
            return '%r was refused: %s' % (value, answer.text)
        got = asker.ask('/get', c.address).values.get(c.address)
        if not got or not equal(value, got[0], a):
            return 'set to %r, and reads %r' % (value, got)
    held = asker.ask('/get', c.address).values[c.address]
    for value in a.wrong():
        asker.ask(c.address, value)
    if asker.ask('/get', c.address).values[c.address] != held:
        return 'wrong values changed it'
    asker.ask(c.address, *before)
    return ''


def check_wrong(asker, c):
    """Everything wrong is refused, and the refusal tells what would be right."""
    right = c.right(asker.host.stage)
    for i, a in enumerate(c.needed):
        for value in a.wrong():
            answer = asker.ask(c.address, *right[:i], value, *right[i + 1:])
            told = all(w in answer.text for w in a.refusal())
            if answer.ok or not answer.ends or (not told and value != ''):
                return '%s %r was answered %r' % (a.name, value, answer.text)
    if c.needed and (not asker.ask(c.address).ends or asker.ask(c.address).ok):
        return 'too few arguments were taken'
    if not any(a.kind == 'decks' for a in c.arguments):
        answer = asker.ask(c.address, *right, *[1.0] * (4 - min(len(right), 3)))
        if answer.ok or not answer.ends:
            return 'too many arguments were taken: %s' % answer.text
    if '/N/' in c.template:
        for deck in ('0', '65', '01', 'x'):
            answer = asker.ask(c.template.replace('/N/', '/%s/' % deck).replace('/K', '/1'), *right)
            if answer.ok or not answer.ends:
                return 'deck %s was taken' % deck
    slots = [int(u[6:]) for u in c.uses if u.startswith('slots:')]
    for k in [0, slots[0] + 1] if slots else []:
        answer = asker.ask(c.template.replace('/N', '/1').replace('/K/', '/%d/' % k), *right)
        if answer.ok or not answer.ends:
            return 'slot %d was taken' % k
    return ''


def table(tap, stage):
    """Every command of the table."""
    write_wav(stage.path('n.wav'), noise(4 * RATE, 1), RATE)
    with open(stage.path('s.score'), 'w') as file:
        file.write('0 /deck/1/fader 0.5\n')
    host = Deckhost(stage, '--no-connect', stage.path('n.wav'))
    asker = Asker(host)
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    commands = [Command(line) for line in asker.ask('/help').help]
    tap.check(len(commands) > 60, 'the table has come', len(commands))
    settable = sorted((c for c in commands if 'set' in c.uses),
                      key=lambda c: LAST.index(c.template) if c.template in LAST else -1)
    for c in settable:
        if c.control:
            fault = check_control(asker, c)
            tap.check(not fault, '%s: right values and boundaries are taken and read back' % c.template, fault)
        fault = check_wrong(asker, c)
        tap.check(not fault, '%s: wrong values are refused with what is right' % c.template, fault)
        if c.template == '/quit':
            continue
        if not c.control:
            right = c.right(stage)
            answer = asker.ask(c.address, *right)
            known = all(a.kind not in ('text', 'file', 'path') for a in c.needed)
            formal = known and (' must be ' in answer.text or 'expects' in answer.text) # else there is nothing it could do here
            tap.check(answer.ends == 1 and (answer.ok or (c.template not in RIGHT and not formal)),
                      '%s is carried out, or there is a reason' % c.template, '%s: %s' % (right, answer.text))
            for i, a in enumerate(c.needed):
                for value in a.boundary():
                    answer = asker.ask(c.address, *right[:i], value, *right[i + 1:])
                    if not answer.ends:
                        tap.check(False, '%s: %s %r is answered' % (c.template, a.name, value))
    for c in (c for c in commands if 'set' not in c.uses):
        answer = asker.ask(c.address)
        tap.check(not answer.ok and 'read' in answer.text, '%s can only be read' % c.template, answer.text)
        answer = asker.ask('/get', c.address)
        tap.check(answer.ends == 1, '%s is read' % c.template, answer.text)
    asker.drain()
    odd = {k: n for k, n in asker.ends.items() if n != 1}
    tap.check(not odd, 'each of %d commands had exactly one end' % len(asker.ends), odd)
    tap.check(not asker.wrong_echo, 'each answer names its command', asker.wrong_echo[:5])
    stats = host.stats()
    tap.check(stats['osc/lost'] == 0 and stats['osc/unsent'] == 0, 'nothing was lost', stats)
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(table)
