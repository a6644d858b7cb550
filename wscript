# SPDX-License-Identifier: GPL-3.0-or-later
# How deckhost is configured, built, tested and installed.  Sources are not listed: a folder is a part.

import os
from waflib import Options
from waftools import commands, packages, setup

APPNAME = 'deckhost'
VERSION = '0.1.0'
top = '.'
out = 'build'

# The parts, and which others each may include: the direction of the whole program.  Nothing else is on the include path.
PARTS = {
    'dsp':     ('plugins/dsp', []),
    'base':    ('client/base', ['dsp']),
    'msg':     ('client/msg', ['base']),
    'engine':  ('client/engine', ['msg']),
    'host':    ('client/host', ['engine']),
    'io':      ('client/io', ['engine']),
    'jack':    ('client/jack', ['engine']),
    'control': ('client/control', ['msg']),
    'rig':     ('client/rig', ['host', 'io', 'control']),
    'crowd':   ('client/crowd', ['control']),
    'render':  ('client/render', ['rig']),
    'session': ('client/session', ['rig', 'jack', 'crowd']),
    'remote':  ('client/remote', ['base']),
}
LIBS = {'host': 'LILV LV2', 'io': 'SNDFILE EBUR128', 'jack': 'JACK', 'control': 'LO', 'remote': 'LO'}
PACKAGES = (('jack', 'JACK'), ('lilv-0', 'LILV'), ('lv2', 'LV2'), ('rubberband', 'RUBBERBAND'), ('sndfile', 'SNDFILE'), ('libebur128', 'EBUR128'),
            ('liblo', 'LO'))


def options(opt):
    opt.load('compiler_c')
    opt.add_option('--debug', action='store_true', help='no optimisation, assertions on')
    opt.add_option('--strict', action='store_true', help='warnings are errors')
    opt.add_option('--sanitize', default='', metavar='LIST', help='for the compiler\'s -fsanitize=LIST')
    opt.add_option('--lv2dir', metavar='DIR', help='where LV2 bundles are installed [LIBDIR/lv2]')
    opt.add_option('--lv2-user', action='store_true', help='install LV2 bundles into ~/.lv2')
    commands.options(opt)


def init(ctx):
    commands.prefer_whole_lines()
    if Options.commands and Options.commands[0] in ('build', 'install', 'check') and setup.lock():
        Options.commands[:0] = setup.configure_if_needed() # a wscript has changed since


def configure(conf):
    packages.require(conf.path.abspath(), ('build',))
    conf.load('compiler_c')
    env, o = conf.env, conf.options
    env.VERSION = VERSION
    env.append_value('CFLAGS', ['-std=c11', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Wshadow', '-Wstrict-prototypes',
                                '-Wmissing-prototypes', '-Wvla', '-fvisibility=hidden', '-pthread', '-ffp-contract=off',
                                '-ffunction-sections']) # a section for each: the real-time gate looks at functions
    env.append_value('CFLAGS', ['-O0', '-g'] if o.debug else ['-O2', '-g', '-DNDEBUG'])
    env.append_value('DEFINES', ['_GNU_SOURCE', 'DECKHOST_VERSION="%s"' % VERSION])
    env.append_value('LINKFLAGS', ['-pthread'])
    if o.strict:
        env.append_value('CFLAGS', '-Werror')
    if o.sanitize:
        env.append_value('CFLAGS', ['-fsanitize=' + o.sanitize, '-fno-omit-frame-pointer', '-fno-sanitize-recover=all',
                                    '-fno-sanitize=alignment']) # liblo's arguments lie at 4-byte borders
        env.append_value('DEFINES', 'DECKHOST_SANITIZED')
        env.append_value('LINKFLAGS', '-fsanitize=' + o.sanitize)
    for package, name in PACKAGES:
        conf.check_cfg(package=package, uselib_store=name, args='--cflags --libs', msg='Checking for ' + package)
    conf.check_cfg(package='cmocka', uselib_store='CMOCKA', args='--cflags --libs', msg='Checking for cmocka',
                   mandatory=False) # only the tests need it
    conf.check_cc(lib='m', uselib_store='M')
    if env.CC_NAME == 'clang':
        conf.check_cc(cflags=['-Wfunction-effects', '-Werror'], uselib_store='EFFECTS', mandatory=False,
                      msg='Checking for -Wfunction-effects')
        if env.CFLAGS_EFFECTS:
            env.append_value('CFLAGS', '-Wfunction-effects')
    env.LIBDIR = o.libdir or env.PREFIX + '/lib' # never lib64: Debian's lilv does not look there
    env.LV2DIR = os.path.expanduser('~/.lv2') if o.lv2_user else o.lv2dir or env.LIBDIR + '/lv2'
    env.DATADIR = env.PREFIX + '/share/deckhost'
    env.cshlib_PATTERN = '%s.so'


def _part(bld, name):
    """One part: all C files of its folder, seeing only its own headers and those of the parts it may include."""
    folder, uses = PARTS[name]
    include = setup.include(bld, name, bld.path.make_node(folder))
    sources = bld.path.ant_glob(folder + '/*.c')
    kw = dict(includes=[include], export_includes=[include], cflags=['-fPIC'] if name == 'dsp' else [],
              use=uses + LIBS.get(name, '').split(), name=name)
    if name == 'rig': # where an installed program finds its bundles and presets
        kw['defines'] = ['%s="%s"' % (key, bld.env[key]) for key in ('LV2DIR', 'DATADIR')]
    if sources:
        bld.objects(source=sources, target=name, **kw)
    else:
        bld(**kw)


def build(bld):
    if bld.cmd == 'clean': # never through the links: they lead to the sources
        bld.clean_files = bld.bldnode.ant_glob('**', excl='.lock* config.log c4che/** *conf_check_*/** include/**',
                                               quiet=True)
    for name in PARTS:
        _part(bld, name)
    bld.recurse('plugins client tests demo')
    bld.install_files('${PREFIX}/share/man/man1', bld.path.ant_glob('docs/*.1'))
    bld.install_files('${PREFIX}/share/doc/deckhost', bld.path.ant_glob('README.md NEWS COPYING docs/*.md'))
    bld.install_as('${PREFIX}/share/bash-completion/completions/deckhost', 'completion/deckhost.bash')
    bld.install_files('${PREFIX}/share/zsh/site-functions', 'completion/_deckhost')
    bld.install_files('${PREFIX}/share/fish/vendor_completions.d', 'completion/deckhost.fish')
    bld.install_files('${PREFIX}/share/applications', bld.path.ant_glob('data/*.desktop'))
    bld.install_files('${DATADIR}/midi', bld.path.ant_glob('presets/midi/*.map'))


def shutdown(ctx):
    commands.finish()
