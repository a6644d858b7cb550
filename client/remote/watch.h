// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef REMOTE_WATCH_H
#define REMOTE_WATCH_H

/** `deckhost watch`: a live view of a running deckhost in the terminal, or a line a second where there is none.
 * @param argv "watch" first
 * @return the exit status: 0 watched to the end, 1 nobody answered, 2 wrong usage */
int watch_main(int argc, char** argv);

/// The text of --help.
extern const char watch_help[];

#endif
