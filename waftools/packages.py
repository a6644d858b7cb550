# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian packages of packages.txt: which are missing, and installing them."""

import os, re, shutil, subprocess, sys, time
from waflib import Errors, Logs


def listed(top, groups):
    """(package, check) of the groups, each package once."""
    seen = {}
    with open(os.path.join(top, 'packages.txt')) as lines:
        for line in lines:
            words = line.split('#')[0].split()
            if words and words[0] in groups:
                seen.setdefault(words[1], words[2])
    return list(seen.items())


def present(package, check):
    kind, _, name = check.partition(':')
    if kind == 'cmd':
        return shutil.which(name) is not None
    if kind == 'file':
        return os.path.exists(name)
    command = ['pkg-config', '--exists', name] if kind == 'pkg' else ['dpkg-query', '-W', '-f', '${Status}', package]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return False
    return done.returncode == 0 and (kind == 'pkg' or done.stdout.endswith(' installed'))


def missing(top, groups):
    return [package for package, check in listed(top, groups) if not present(package, check)]


def by_hand(names):
    return 'as root: apt-get update && apt-get install ' + ' '.join(names)


def require(top, groups):
    """Fatal, in one line, where packages of the groups are missing."""
    names = missing(top, groups)
    if names:
        raise Errors.WafError('missing packages; %s   (or ./waf test, which installs them)' % by_hand(names))


def as_root(command):
    if os.geteuid() == 0:
        return command
    if not shutil.which('sudo'):
        return None
    return ['sudo'] + ([] if sys.stdin and sys.stdin.isatty() else ['-n']) + command


def ensure(top, groups):
    """Install what is missing of the groups; nothing missing: nothing done, no network used."""
    names = missing(top, groups)
    if not names:
        return
    if not shutil.which('apt-get'):
        raise Errors.WafError('no apt-get here; install what Debian calls: ' + ' '.join(names))
    if as_root([]) is None:
        raise Errors.WafError('neither root nor sudo here, and packages are missing; ' + by_hand(names))
    Logs.info('Installing %d Debian packages and what they need: %s', len(names), ' '.join(names))
    if os.geteuid() != 0:
        Logs.info('with sudo, which may ask for your password')
    apt(['update'], 'reading the package lists', names)
    apt(['-y', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends', 'install'] + names, 'installing', names)
    still = missing(top, groups)
    if still:
        raise Errors.WafError('still missing after installing; ' + by_hand(still))


def apt(arguments, what, names):
    """Run apt-get and show how far it is.  Fatal where it fails, or where a list could not be fetched and so on."""
    command = as_root(['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8', 'apt-get', '-q', '-o', 'Dpkg::Use-Pty=0',
                       '-o', 'Acquire::Retries=2'] + arguments)
    progress = Progress(what)
    errors = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace') as p:
        for line in p.stdout:
            progress.see(line)
            if re.match(r'(E|Err|sudo|dpkg):', line):
                errors.append(line.strip())
    progress.end()
    if p.returncode != 0:
        for line in errors[-3:]:
            Logs.warn('  %s', line)
        raise Errors.WafError('%s failed (is there a network, and the right to install?); %s' % (what, by_hand(names)))


class Progress:
    """One line that counts on a terminal, a line now and then elsewhere."""

    def __init__(self, what):
        self.what, self.done, self.total, self.said = what, 0, 0, 0.0
        self.live = sys.stdout.isatty()

    def see(self, line):
        total = re.search(r'(\d+) upgraded, (\d+) newly installed', line)
        if total:
            self.total = 2 * (int(total[1]) + int(total[2])) # each is unpacked, then set up
        size = re.match(r'Need to get (.*) of archives', line)
        if size:
            self.show('%s to fetch' % size[1], True)
        elif re.match(r'(Unpacking|Setting up) ', line):
            self.done += 1
            self.show(' '.join(line.split()[:3 if line[0] == 'S' else 2]))
        elif re.match(r'(Get|Hit):', line):
            self.show(' '.join(line.split()[:5]))

    def show(self, text, now=False):
        if not now and time.monotonic() < self.said + (0.1 if self.live else 10):
            return
        self.said = time.monotonic()
        share = ' %3d %%' % min(99, 100 * self.done // self.total) if self.total else ''
        line = '  %s%s  %s' % (self.what, share, text)
        sys.stdout.write('\r' + line[:78].ljust(78) if self.live else line + '\n')
        sys.stdout.flush()

    def end(self):
        if self.live:
            sys.stdout.write('\r' + ' ' * 78 + '\r')
