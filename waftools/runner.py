# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests: cmocka programs and TAP scripts, counted by what they say and by how they end."""

import concurrent.futures, fnmatch, glob, os, re, shutil, signal, subprocess, sys, tempfile, time

SERIAL = ('integration', 'jack', 'demo') # folders whose tests need the machine for themselves
TIMEOUT = {'integration': 300, 'demo': 300, 'lint': 600}
USUAL_TIMEOUT = 120 # seconds


class Result:
    def __init__(self, name):
        self.name, self.passed, self.failed, self.skipped = name, 0, [], []
        self.output, self.seconds = '', 0.0


def find(top, out, only, folders=None):
    """(name, command, folder) of every test, programs first.  Only those whose source is still there."""
    tests = []
    for source in sorted(glob.glob(glob.escape(os.path.join(top, 'tests')) + '/*/test_*')):
        folder, base = source.split(os.sep)[-2:]
        stem, extension = os.path.splitext(base)
        if folders is not None and folder not in folders:
            continue
        command = {'.c': [os.path.join(out, 'tests', folder, stem)], '.py': [sys.executable, source],
                   '.sh': ['bash', source]}.get(extension)
        name = folder + '/' + stem
        if command and (not only or fnmatch.fnmatch(name, '*' + only + '*')):
            tests.append((name, command, folder))
    return sorted(tests, key=lambda t: t[2] in SERIAL)


def environment(top, out, sanitize, scratch):
    env = dict(os.environ)
    for name in ('NSM_URL', 'JACK_PROMISCUOUS_SERVER', 'DISPLAY', 'WAYLAND_DISPLAY', 'WAFLOCK', 'DECKHOST_CWD'):
        env.pop(name, None)
    env.update(
        LV2_PATH=os.path.join(out, 'lv2'),
        DECKHOST_BUILD=out,
        DECKHOST_SOURCE=top,
        DECKHOST_SANITIZE=sanitize,
        JACK_NO_AUDIO_RESERVATION='1',
        JACK_NO_START_SERVER='1',
        JACK_DEFAULT_SERVER='deckhost-test-%d' % os.getpid(),
        CMOCKA_MESSAGE_OUTPUT='TAP',
        PYTHONDONTWRITEBYTECODE='1',
        PYTHONUNBUFFERED='1',
        LC_ALL='C.UTF-8',
        TMPDIR=scratch,
        LSAN_OPTIONS='print_suppressions=0:suppressions="%s"' % os.path.join(top, 'waftools', 'lsan.txt'),
        UBSAN_OPTIONS='halt_on_error=1:print_stacktrace=1')
    symbolizer = shutil.which('llvm-symbolizer-22') or shutil.which('llvm-symbolizer-14')
    for name, more in (('ASAN', 'detect_stack_use_after_return=1'), ('TSAN', 'second_deadlock_stack=1'), ('RTSAN', '')):
        env[name + '_OPTIONS'] = ':'.join(filter(None, (
            'halt_on_error=1', more, symbolizer and 'external_symbolizer_path=' + symbolizer)))
    return env


def count(result, text, status):
    """TAP: `1..N`, `ok 1 - name`, `not ok 2 - name`, `ok 3 - name # SKIP why`.  What was planned and not said has failed."""
    planned = 0
    for line in text.splitlines():
        plan = re.match(r'1\.\.(\d+)\b(.*)', line)
        said = re.match(r'(not )?ok\b *(\d+)? *(?:- *)?(.*)', line)
        if plan:
            planned += int(plan[1])
            if plan[1] == '0': # the whole file
                result.skipped.append(plan[2].strip(' #') or 'everything')
        elif said:
            skip = re.search(r'# *skip\S* *(.*)', said[3], re.IGNORECASE)
            if skip:
                result.skipped.append(said[3])
            elif said[1]:
                result.failed.append(said[3] or 'number %s' % said[2])
            else:
                result.passed += 1
    seen = result.passed + len(result.failed) + len(result.skipped)
    if seen < planned:
        result.failed += ['not reached'] * (planned - seen)
    elif seen == 0 and status == 0:
        result.failed.append('says nothing: no test ran')
    if status != 0 and not result.failed:
        result.failed.append('ended by signal %d' % -status if status < 0 else 'ended with status %d' % status)


def alive(group):
    """Has the process group a member that is more than a zombie?"""
    for stat in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(stat) as text:
                state, _, its_group = text.read().rpartition(')')[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(its_group) == group and state not in 'ZX':
            return True
    return False


def end_group(group):
    """Kill what a test has left running, and say whether there was anything."""
    for _ in range(20):
        if not alive(group):
            return False
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    return True


def run(test, env, slow):
    name, command, folder = test
    result = Result(name)
    start = time.monotonic()
    if not os.path.exists(command[-1]):
        result.failed.append('was not built')
        return result
    limit = TIMEOUT.get(folder, USUAL_TIMEOUT) * slow
    with tempfile.TemporaryFile('w+', errors='replace') as output:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env,
                             cwd=env['TMPDIR'], start_new_session=True)
        try:
            status = p.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            status = None
        left = end_group(p.pid)
        output.seek(0)
        result.output = output.read()
    count(result, result.output, 0 if status is None else status)
    if status is None:
        result.failed = [f for f in result.failed if f != 'says nothing: no test ran'] + ['no end after %d s' % limit]
    elif left:
        result.failed.append('left a process running')
    result.seconds = time.monotonic() - start
    return result


def show(result):
    word = 'FAILED' if result.failed else 'ok'
    counts = '%d passed' % result.passed
    if result.failed:
        counts += ', %d failed' % len(result.failed)
    if result.skipped:
        counts += ', %d skipped' % len(result.skipped)
    print('%-6s  %-36s %6.1f s  %s' % (word, result.name, result.seconds, counts))
    for why in result.skipped:
        print('          skipped: ' + why)
    if result.failed:
        lines = result.output.splitlines()
        for line in lines[-60:]:
            print('        | ' + line)
        for name in result.failed:
            print('        FAILED: %s: %s' % (result.name, name))
    sys.stdout.flush()


def run_all(top, out, only='', sanitize='', folders=None, jobs=2):
    """Run them, two at a time where that is safe; show them as they end; (passed, failed)."""
    tests = find(top, out, only, folders)
    results = []
    scratch = tempfile.mkdtemp(prefix='deckhost-test-')
    try:
        env = environment(top, out, sanitize, scratch)
        slow = 5 if sanitize else 1
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            running = [pool.submit(run, t, env, slow) for t in tests if t[2] not in SERIAL]
            for each in concurrent.futures.as_completed(running):
                results.append(each.result())
                show(results[-1])
        for test in tests:
            if test[2] in SERIAL:
                results.append(run(test, env, slow))
                show(results[-1])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    skipped = sum(len(r.skipped) for r in results)
    if skipped:
        print('%d skipped' % skipped)
    failed = [(r.name, f) for r in results for f in r.failed]
    if failed:
        print('\nWhat failed:')
        for name, why in failed:
            print('  %s: %s' % (name, why))
    return sum(r.passed for r in results), len(failed)
