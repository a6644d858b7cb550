# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for deckhost(1): the program itself knows its commands.

_deckhost()
{
    local line words=("${COMP_WORDS[@]:1:COMP_CWORD-1}") begun=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$begun")
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("${COMP_WORDS[0]}" complete "${words[@]}" "$begun" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -F _deckhost deckhost
