# SPDX-License-Identifier: GPL-3.0-or-later
# What is seen in a terminal: the live view in 80 columns and in a file, and what the shells complete.

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import sys
import termios
import time
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import BUILD, PROGRAM, RATE, TOP, Deckhost, main  # noqa: E402


class Terminal:
    """What a program shows on a terminal of so many rows and columns."""

    def __init__(self, rows, columns):
        self.rows, self.columns, self.lines, self.row, self.column, self.widest = rows, columns, {}, 0, 0, 0

    def take(self, text):
        for escape, plain in re.findall(r'(\x1b\[[?0-9;]*[A-Za-z])|([^\x1b])', text):
            if escape.endswith('A'):
                self.row = max(self.row - int(escape[2:-1]), 0)
            elif escape.endswith('J'):
                self.lines = {r: t for r, t in self.lines.items() if r < self.row}
            elif escape.endswith('K'):
                self.lines[self.row] = self.lines.get(self.row, '')[:self.column]
            elif plain == '\n':
                self.row += 1
            elif plain == '\r':
                self.column = 0
            elif plain:
                line = self.lines.get(self.row, '').ljust(self.column)
                self.lines[self.row] = line[:self.column] + plain + line[self.column + 1:]
                self.column += 2 if unicodedata.east_asian_width(plain) in 'WF' else 1
                self.widest = max(self.widest, self.column)

    def text(self):
        return '\n'.join(self.lines[r].rstrip() for r in sorted(self.lines))


def watch_in_terminal(stage, host, rows, columns, seconds, term='xterm'):
    """Run deckhost watch on a terminal; what it showed, and its status."""
    terminal, pid_fd = Terminal(rows, columns), pty.fork()
    if pid_fd[0] == 0:
        os.execve(PROGRAM, ['deckhost', 'watch', '--osc', str(host.port), '--seconds', str(seconds)],
                  dict(stage.env, TERM=term))
    pid, fd = pid_fd
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    data, end = b'', time.monotonic() + seconds + 10
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.5)[0]:
            try:
                more = os.read(fd, 65536)
            except OSError:
                break
            if not more:
                break
            data += more
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    terminal.take(data.decode(errors='replace'))
    return terminal, data, status


def live_view(tap, stage):
    """deckhost watch: in a terminal of 80 columns, in a narrow one, and into a file."""
    name = '\u4e2d\u6587\u66f2 A very long name of a track, much longer than there is room for, with \u00fcml\u00e4uts \u4e2d\u6587.wav'
    write_wav(stage.path(name), noise(20 * RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect', '--play', stage.path(name))
    host.ask('/deck/1/keylock', 1)
    host.ask('/deck/1/eq/low', -12)
    host.ask('/deck/1/eq/kill/high', 1)
    time.sleep(0.3)
    terminal, data, status = watch_in_terminal(stage, host, 24, 80, 1.2)
    shown = terminal.text()
    tap.check(status == 0, 'it ends well', shown)
    tap.check(terminal.widest <= 80, 'no line is longer than 80 columns', terminal.widest)
    tap.check(len(terminal.lines) <= 24, 'and there are no more than 24', len(terminal.lines))
    for what in ('load', 'xruns', 'master', 'playing', 'A very long name', 'key', '-12.0', 'kill', 'x1.000'):
        tap.check(what in shown, 'it shows %s' % what, shown)
    tap.check(data.endswith(b'\x1b[?25h') or b'\x1b[?25h' in data[-40:], 'the cursor is given back')
    print(''.join('# %s\n' % line for line in shown.splitlines()), end='', flush=True)
    terminal, _, status = watch_in_terminal(stage, host, 10, 80, 0.5)
    tap.check(status == 0 and len(terminal.lines) <= 10 and 'more decks' in terminal.text(), 'a low terminal shows what fits',
              terminal.text())
    r = stage.run(PROGRAM, 'watch', '--osc', str(host.port), '--seconds', '0.5')
    tap.check(r.returncode == 0 and '\x1b' not in r.stdout and 'playing' not in r.stderr and 'x1.000 key' in r.stdout,
              'plain text where there is no terminal', r.stdout)
    _, data, status = watch_in_terminal(stage, host, 24, 80, 0.5, 'dumb')
    tap.check(status == 0 and b'\x1b' not in data, 'and where it can do nothing else', data)
    tap.check(host.close() == 0, 'the host ends well', host.errors())


SHELL = {
    'bash': ('bash', '''
source "$1/deckhost.bash"
COMP_WORDS=(deckhost "${@:2}"); COMP_CWORD=$(($# - 1)); _deckhost; printf '%s\\n' "${COMPREPLY[@]}"
'''),
    'zsh': ('zsh', '''
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
_files() { print -rl -- *(N) }
words=(deckhost "${@[2,-1]}"); CURRENT=$#words
source "$1/_deckhost"
'''),
    'fish': ('fish', '''
set -l folder $argv[1]; set -e argv[1]
source $folder/deckhost.fish
complete -C "deckhost "(string join " " -- $argv) | string replace -r "\\t.*" ""
'''),
}


def completion(tap, stage):
    """bash, zsh and fish complete commands, addresses, arguments, options and files."""
    open(stage.path('track one.wav'), 'w').close()
    env = dict(stage.env, PATH=BUILD + ':' + stage.env['PATH'], HOME=stage.folder)
    cases = ((['se'], ['send'], []),
             (['send', '/deck/1/eq/k'], ['/deck/1/eq/kill/'], []),
             (['send', '/deck/7/ass'], ['/deck/7/assign'], []),
             (['send', '/deck/1/assign', ''], ['thru', 'a', 'b'], []),
             (['send', '/group/12/ex'], ['/group/12/exclusive'], []),
             (['send', '/group/2/exclusive', ''], ['0', '1'], []),
             (['send', '--osc', '9901', '/deck/1/mute', ''], ['0', '1'], []),
             (['send', '/get', '/master/m'], ['/master/meter'], []),
             (['send', '/deck/1/load', 'tra'], ['track one.wav'], ['/']),
             (['send', '--w'], ['--wait'], []),
             (['--osc-a'], ['--osc-allow-path'], []),
             (['render', '--ra'], ['--rate'], []))
    for shell, (program, script) in SHELL.items():
        if not shutil.which(program):
            tap.skip('%s completes' % shell, 'there is no %s' % program)
            continue
        path = stage.path('complete.' + shell)
        with open(path, 'w') as file:
            file.write(script)
        for words, wanted, unwanted in cases:
            r = stage.run(program, path, os.path.join(TOP, 'completion'), *words, env=env)
            got = [line.replace('\\', '').strip() for line in r.stdout.splitlines()]
            good = all(w in got for w in wanted) and not any(u in got for u in unwanted) and not r.stderr
            tap.check(good, '%s: deckhost %s' % (shell, ' '.join(words)), (got, r.stderr))


if __name__ == '__main__':
    main(live_view, completion)
