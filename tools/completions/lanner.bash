# bash completion for lanner. Options are asked from the program itself, so they cannot go stale.

_lanner_options() {
    "$1" help "$2" 2>/dev/null | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p'
}

_lanner() {
    local cur prev command
    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    command=${COMP_WORDS[1]}

    if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "$command" = help ]; }; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$("${COMP_WORDS[0]}" help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p')" -- "$cur")
        return
    fi
    case $prev in
    -o | --output)
        if [ "$command" = query ]; then
            mapfile -t COMPREPLY < <(compgen -W "table ndjson json csv tsv markdown chart svg" -- "$cur")
            return
        fi
        if [ "$command" = detect ]; then
            mapfile -t COMPREPLY < <(compgen -W "table ndjson json csv ecs ocsf sarif html" -- "$cur")
            return
        fi
        ;;
    -l | --language)
        mapfile -t COMPREPLY < <(compgen -W "cql aql both" -- "$cur")
        return
        ;;
    --shape)
        mapfile -t COMPREPLY < <(compgen -W "flat eventhub eventhub-envelope graph o365" -- "$cur")
        return
        ;;
    --encoding)
        mapfile -t COMPREPLY < <(compgen -W "utf-8 utf-16le utf-16be windows-1252" -- "$cur")
        return
        ;;
    --event-time)
        mapfile -t COMPREPLY < <(compgen -W "happened emitted" -- "$cur")
        return
        ;;
    --missing-data)
        mapfile -t COMPREPLY < <(compgen -W "refuse ignore" -- "$cur")
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_lanner_options "${COMP_WORDS[0]}" "$command") --help" -- "$cur")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

complete -o filenames -F _lanner lanner
