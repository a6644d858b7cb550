# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for deckhost(1): the program itself knows its commands.

function __deckhost_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program complete $words "$begun" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$begun"
        else
            echo $line
        end
    end
end

complete -c deckhost -f -a '(__deckhost_complete)'
