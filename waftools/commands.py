# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands beyond waf's own: demo, test, check, bench, lint."""

import glob, os, shutil, signal, subprocess, sys
from waflib import Context, Errors, Options, Scripting
from waftools import lint, packages, runner, setup

totals = None # (passed, failed) of the tests, shown last


def options(opt):
    group = opt.add_option_group('Test, lint and demo options')
    group.add_option('--only', default='', metavar='PATTERN', help='run tests whose folder/name matches (or part of it)')
    group.add_option('--folders', default='', metavar='LIST', help='run only the tests of these folders of tests/')
    group.add_option('--seconds', default='', metavar='N', help='demo: end after N seconds')
    group.add_option('--tracks', default='', metavar='LIST', help='demo: your own files, separated by commas')


def prefer_whole_lines():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, 'reconfigure'): # on a terminal waf puts an object of its own there
            stream.reconfigure(line_buffering=True)


def steps(names):
    for name in names:
        Scripting.run_command(name)


def top():
    return Context.run_dir


class Packages(Context.Context):
    '''installs all Debian packages that any command needs'''
    cmd = 'packages'

    def execute(self):
        packages.ensure(top(), ('build', 'run', 'test', 'lint'))


class Demo(Context.Context):
    '''installs what is missing, builds, and plays a mix of four decks'''
    cmd = 'demo'

    def execute(self):
        packages.ensure(top(), ('build', 'run'))
        steps(setup.configure_if_needed() + ['build', '_demo'])


class PlayDemo(Context.Context):
    '''plays the mix, once everything is built'''
    cmd = '_demo'

    def execute(self):
        o, here = Options.options, os.environ.get('DECKHOST_CWD', top())
        command = [sys.executable, os.path.join(top(), 'demo', 'demo.py'), Context.out_dir]
        if o.seconds:
            command += ['--seconds', o.seconds]
        if o.tracks:
            command += ['--tracks', ','.join(os.path.join(here, t) for t in o.tracks.split(','))]
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) # Ctrl-C ends the demo, and that ends what it started
        status = subprocess.call(command, cwd=top())
        signal.signal(signal.SIGINT, before)
        if status != 0:
            sys.exit(1 if status < 0 else status)


class Test(Context.Context):
    '''installs what is missing, builds, and runs the tests'''
    cmd = 'test'

    def execute(self):
        packages.ensure(top(), ('build', 'test'))
        sanitize = Options.options.sanitize
        env = setup.lock()
        if sanitize and not setup.asked_for('out') and not (env and env.options.get('sanitize') == sanitize):
            arguments = ['--only=' + Options.options.only, '--folders=' + Options.options.folders]
            clang = {'CC': lint.CLANG} if shutil.which(lint.CLANG) else {}
            sys.exit(setup.run_beside(top(), sanitize.replace(',', '-'), ['--sanitize=' + sanitize],
                                      ['build', 'check'] + arguments, show=True, **clang)[0])
        steps(setup.configure_if_needed('LIB_CMOCKA') + ['build', 'check'])


class Check(Context.Context):
    '''runs the tests that are built'''
    cmd = 'check'

    def execute(self):
        global totals
        env, o = setup.lock(), Options.options
        if env is None:
            raise Errors.WafError('nothing is built yet: ./waf test does everything')
        folders = o.folders.split(',') if o.folders else None
        totals = runner.run_all(top(), Context.out_dir, o.only, env.options.get('sanitize', ''), folders)
        if totals[1] or not totals[0]:
            finish()


class Bench(Context.Context):
    '''installs what is missing, builds, and measures'''
    cmd = 'bench'

    def execute(self):
        packages.ensure(top(), ('build', 'test'))
        steps(setup.configure_if_needed('LIB_CMOCKA') + ['build', '_bench'])


class RunBench(Context.Context):
    '''measures, once everything is built'''
    cmd = '_bench'

    def execute(self):
        out = Context.out_dir
        programs = [p for p in sorted(glob.glob(glob.escape(out) + '/tests/bench/bench_*')) if os.access(p, os.X_OK)]
        if not programs:
            raise Errors.WafError('no benchmark was built')
        env = dict(os.environ, LV2_PATH=os.path.join(out, 'lv2'), DECKHOST_BUILD=out, DECKHOST_SOURCE=top())
        for program in programs:
            print('\n' + os.path.basename(program))
            sys.stdout.flush()
            if subprocess.call([program], env=env, stdin=subprocess.DEVNULL) != 0:
                raise Errors.WafError('%s failed' % program)


class Lint(Context.Context):
    '''installs what is missing, and checks the sources, the objects and the real-time rules'''
    cmd = 'lint'

    def execute(self):
        packages.ensure(top(), ('build', 'lint'))
        steps(setup.configure_if_needed('LIB_CMOCKA') + ['build', '_lint'])


class RunLint(Context.Context):
    '''checks, once everything is built'''
    cmd = '_lint'

    def execute(self):
        passed, failed = lint.run_all(top(), Context.out_dir, Options.options.only)
        print('lint: %d checks passed, %d failed' % (passed, failed))
        if failed:
            sys.exit(1)


def finish():
    """After the last command: the totals alone on the last line, and the exit status that goes with them."""
    if totals is not None:
        print('%d passed, %d failed' % totals)
        sys.stdout.flush()
        if totals[1] or totals[0] == 0:
            sys.exit(1)
