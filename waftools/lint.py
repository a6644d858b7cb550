# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of ./waf lint.  Each returns a list of problems, in the words of the tool that found them."""

import concurrent.futures, fnmatch, glob, os, re, subprocess, time
from waftools import canary, rt_gate, setup

CLANG, CLANG_FORMAT, CLANG_TIDY = 'clang-22', 'clang-format-14', 'clang-tidy-22'
LIBRARIES = ['jack', 'lilv-0', 'lv2', 'rubberband', 'sndfile', 'liblo']

# Unit tests that make sense under a sanitizer: not those that start other programs.
UNITS = 'dsp,base,msg,engine,plugins,host,io,control,rig,render,golden'
THREADED = 'msg,io,host,engine,render'


def output(command, **kw):
    """Everything the command says, as lines; none where it succeeds."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', **kw)
    return [] if done.returncode == 0 else done.stdout.splitlines() or ['%s: status %d' % (command[0], done.returncode)]


def files(top, *patterns):
    found = []
    for pattern in patterns:
        found += glob.glob(pattern, root_dir=top, recursive=True)
    return sorted(found)


def sources(top, extensions='ch'):
    return files(top, *('%s/**/*.%s' % (folder, e) for folder in ('client', 'plugins', 'tests', 'demo') for e in extensions))


def formatting(top, out):
    said = output([CLANG_FORMAT, '--dry-run', '-Werror'] + sources(top), cwd=top)
    return sorted({line.split(':')[0] + ': clang-format would change it' for line in said if ': error: ' in line})


def shell(top, out):
    return output(['shellcheck', 'waf'] + files(top, '.ci/run', 'tests/**/*.sh', 'demo/**/*.sh', 'docs/**/*.sh'), cwd=top)


def tidy(top, out):
    flags = subprocess.run(['pkg-config', '--cflags'] + LIBRARIES, stdout=subprocess.PIPE, text=True).stdout.split()
    flags += ['-std=c11', '-D_GNU_SOURCE', '-DDECKHOST_VERSION=""', '-DLV2DIR=""', '-DDATADIR=""']
    flags += ['-I' + folder for folder in sorted(glob.glob(glob.escape(out) + '/include/*'))]

    def one(name):
        said = output([CLANG_TIDY, '--quiet', name, '--'] + flags, cwd=top)
        found = [line.replace(top + '/', '') for line in said if re.search(r': (warning|error): ', line)]
        return found or said
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        each = pool.map(one, [s for s in sources(top, 'c') if not s.startswith(('tests', 'demo'))])
        return [line for lines in each for line in lines]


def symbols(top, out):
    return rt_gate.check(out, os.path.join(top, 'waftools', 'rt_symbols.txt'))[0]


def exports(top, out):
    problems = []
    for name in ('eq', 'pitch'):
        path = os.path.join(out, 'lv2', name + '.lv2', name + '.so')
        said = subprocess.run(['nm', '-D', '--defined-only', path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        exported = [line.split()[-1] for line in said.splitlines()]
        if exported != ['lv2_descriptor']:
            problems.append('%s exports %s' % (path, ' '.join(exported) or 'nothing'))
    return problems


def bundles(top, out):
    problems = []
    for name in ('eq', 'pitch'):
        folder = os.path.join(out, 'lv2', name + '.lv2')
        ttl = sorted(os.path.basename(f) for f in glob.glob(glob.escape(folder) + '/*.ttl'))
        if not ttl:
            problems.append('%s: no ttl file' % folder)
            continue
        done = subprocess.run(['lv2_validate'] + ttl, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or not re.search(r'\b0 errors', done.stdout):
            problems += done.stdout.splitlines()
    return problems


def canaries(top, out):
    return canary.check(top, CLANG)


def clang(top, out):
    """Everything through clang: no warning, and no RT function that could block (-Wfunction-effects)."""
    return beside(top, 'realtime', ['--strict', '--sanitize=realtime'], ['build'])


def realtime(top, out):
    return beside(top, 'realtime', ['--strict', '--sanitize=realtime'], ['build', 'check', '--folders=' + UNITS])


def address(top, out):
    return beside(top, 'address-undefined', ['--sanitize=address,undefined'], ['build', 'check', '--folders=' + UNITS])


def threads(top, out):
    return beside(top, 'thread', ['--sanitize=thread'], ['build', 'check', '--folders=' + THREADED])


def beside(top, name, arguments, commands):
    status, text = setup.run_beside(top, name, arguments, commands, CC=CLANG)
    return text.splitlines()[-60:] if status else []


CHECKS = [
    ('format', 'clang-format finds nothing to change', formatting),
    ('shell', 'shellcheck is content', shell),
    ('exports', 'the bundles export lv2_descriptor only', exports),
    ('bundles', 'lv2_validate finds no error', bundles),
    ('canaries', 'the real-time checks see what they must not let pass', canaries),
    ('symbols', 'real-time code reaches no foreign function that is not listed', symbols),
    ('tidy', 'clang-tidy is content', tidy),
    ('clang', 'clang compiles everything without a warning, function effects included', clang),
    ('realtime', 'the tests pass under RealtimeSanitizer', realtime),
    ('address', 'the tests pass under AddressSanitizer and UndefinedBehaviorSanitizer', address),
    ('thread', 'the threaded tests pass under ThreadSanitizer', threads),
]


def run_all(top, out, only=''):
    """Run them; (passed, failed)."""
    passed = failed = 0
    for name, promise, check in CHECKS:
        if only and not fnmatch.fnmatch(name, only):
            continue
        start = time.monotonic()
        problems = check(top, out)
        print('%-6s  %-9s %6.1f s  %s' % ('FAILED' if problems else 'ok', name, time.monotonic() - start, promise), flush=True)
        for line in problems[:60]:
            print('        | ' + line)
        passed, failed = passed + (not problems), failed + bool(problems)
    return passed, failed
