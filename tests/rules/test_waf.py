# SPDX-License-Identifier: GPL-3.0-or-later
"""The launcher and the build's manners, in a copy of the tree whose path has a blank in it."""

import os, shutil, subprocess, sys, tempfile

top = os.environ.get('DECKHOST_SOURCE') or os.path.abspath(__file__ + '/../../..')


def copy_tree(target):
    def unwanted(folder, names):
        return [n for n in names if n.startswith(('build', '.lock-waf', '.git', '__pycache__'))
                or n.endswith(('.wav', '.png')) or n == 'new']
    shutil.copytree(top, target, ignore=unwanted)


def listing(folder, *parts):
    return sorted(os.path.join(path, name) for part in parts for path, _, names in os.walk(os.path.join(folder, part))
                  for name in names)


def waf(copy, *arguments, cwd='/', **environ):
    env = {k: v for k, v in os.environ.items() if k not in ('WAFLOCK', 'DECKHOST_CWD', 'CC')}
    env.update(environ)
    return subprocess.run([os.path.join(copy, 'waf')] + list(arguments), cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def starts_from_anywhere(copy):
    done = waf(copy, 'configure')
    assert done.returncode == 0, done.stderr
    done = waf(copy, 'build', '--targets=test_status')
    assert done.returncode == 0, done.stdout + done.stderr
    assert os.path.exists(os.path.join(copy, 'build/tests/base/test_status'))


def builds_again_what_changed(copy):
    header = os.path.join(copy, 'client/base/status.h')
    with open(header, 'a') as f:
        f.write('\n// changed\n')
    done = waf(copy, 'build', '--targets=test_status')
    assert 'client/base/status.c' in done.stdout, done.stdout
    done = waf(copy, 'build', '--targets=test_status')
    assert 'Compiling' not in done.stdout, done.stdout


def configures_again_for_what_was_missing(copy):
    cache = os.path.join(copy, 'build/c4che/_cache.py')
    with open(cache) as f:
        lines = f.readlines()
    with open(cache, 'w') as f: # as if configured, by the demo say, before the tests' packages were there
        f.writelines(line for line in lines if 'CMOCKA' not in line)
    for again in (True, False):
        done = waf(copy, 'test', '--targets=test_status', '--only=base/test_status')
        assert done.returncode == 0 and '1 passed, 0 failed' in done.stdout, done.stdout + done.stderr
        assert ('Checking for cmocka' in done.stdout + done.stderr) == again, done.stdout + done.stderr


def clean_leaves_the_sources_alone(copy):
    before = listing(copy, 'client', 'plugins', 'tests', 'ttl', 'presets')
    done = waf(copy, 'clean')
    assert done.returncode == 0, done.stderr
    assert listing(copy, 'client', 'plugins', 'tests', 'ttl', 'presets') == before
    assert not os.path.exists(os.path.join(copy, 'build/tests/base/test_status'))
    done = waf(copy, 'distclean')
    assert listing(copy, 'client', 'plugins', 'tests', 'ttl', 'presets') == before


def missing_packages_are_named_in_one_line(copy):
    done = waf(copy, 'configure', PKG_CONFIG_LIBDIR='/nonexistent')
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and 'apt-get install' in lines[0] and 'liblilv-dev' in lines[0], done.stderr


def a_wrong_wafdir_is_said(copy):
    done = waf(copy, '--version', WAFDIR='/nonexistent')
    assert done.returncode == 1 and 'WAFDIR' in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def nothing_to_fetch_with_is_said(copy):
    """Neither waf nor apt-get on the PATH."""
    tools = os.path.join(os.path.dirname(copy), 'few tools')
    os.makedirs(tools)
    for name in ('sh', 'dirname', 'readlink', 'id', 'cat', 'grep', 'tail', 'sed', 'env'):
        os.symlink(shutil.which(name), os.path.join(tools, name))
    os.symlink(sys.executable, os.path.join(tools, 'python3'))
    os.rename(os.path.join(copy, '.waf'), os.path.join(copy, '.waf-away')) if os.path.exists(os.path.join(copy, '.waf')) else None
    done = waf(copy, '--version', PATH=tools, WAFDIR='')
    assert done.returncode == 1 and 'WAFDIR' in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    os.remove(os.path.join(tools, 'python3'))
    done = waf(copy, '--version', PATH=tools, WAFDIR='')
    assert done.returncode == 1 and 'Python' in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


TESTS = [starts_from_anywhere, builds_again_what_changed, configures_again_for_what_was_missing, clean_leaves_the_sources_alone,
         missing_packages_are_named_in_one_line, a_wrong_wafdir_is_said, nothing_to_fetch_with_is_said]


def main():
    print('1..%d' % len(TESTS))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, 'deck host')
        copy_tree(copy)
        for number, test in enumerate(TESTS, 1):
            try:
                test(copy)
                word = 'ok'
            except AssertionError as e:
                failed, word = failed + 1, 'not ok'
                print('# ' + str(e).replace('\n', '\n# '))
            print('%s %d - %s' % (word, number, test.__name__.replace('_', ' ')), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
