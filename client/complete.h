// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef COMPLETE_H
#define COMPLETE_H

/** `deckhost complete WORD... BEGUN`: what the shells' completions ask.  Prints how the last word may go on, a line
 * each, after a tab what it is about; the line ":files" where it is a file's name.  What ends in '/' goes on.  Return:
 * exit status. */
int complete_main(int argc, char** argv);

#endif
