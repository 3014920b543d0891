# Made by `cutline completion bash` from verbs.inc and flags.inc: do not edit.
# SPDX-License-Identifier: Apache-2.0
_cutline() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local verb=${COMP_WORDS[1]-} flags= words=
    case $previous in
    --rules|-r) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --map|-m) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --kind|-k) mapfile -t COMPREPLY < <(compgen -W 'call sms sim account payment report person cell region list truth' -- "$word"); return ;;
    --home) COMPREPLY=(); return ;;
    --zone) COMPREPLY=(); return ;;
    --currency) COMPREPLY=(); return ;;
    --rejects) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --max-rejects) COMPREPLY=(); return ;;
    --output|-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --threads) COMPREPLY=(); return ;;
    --memory) COMPREPLY=(); return ;;
    --truth) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --method) mapfile -t COMPREPLY < <(compgen -W 'timestamp fifo lifo pro_rata poison' -- "$word"); return ;;
    --depth) COMPREPLY=(); return ;;
    --since) COMPREPLY=(); return ;;
    --until) COMPREPLY=(); return ;;
    --answer) COMPREPLY=(); return ;;
    --graphml) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --html) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --against) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --seed) COMPREPLY=(); return ;;
    --out) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --people) COMPREPLY=(); return ;;
    --days) COMPREPLY=(); return ;;
    --start) COMPREPLY=(); return ;;
    --fraud) COMPREPLY=(); return ;;
    --data) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --to) COMPREPLY=(); return ;;
    --token) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --reason) COMPREPLY=(); return ;;
    --of) COMPREPLY=(); return ;;
    --state) COMPREPLY=(); return ;;
    --place) COMPREPLY=(); return ;;
    --as) mapfile -t COMPREPLY < <(compgen -W 'live shadow' -- "$word"); return ;;
    --law) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --on) COMPREPLY=(); return ;;
    --plan) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --lang) mapfile -t COMPREPLY < <(compgen -W 'zh en' -- "$word"); return ;;
    esac
    case $verb in
    rules|intake) verb="$verb ${COMP_WORDS[2]-}" ;;
    esac
    case $verb in
    'detect') flags='--rules --map --kind --home --zone --currency --rejects --max-rejects --json --csv --table --output --unmask --threads --memory --sort --quiet --fail-on-alert --lang --no-color --help' ;;
    'backtest') flags='--rules --map --kind --home --zone --currency --rejects --max-rejects --json --table --output --unmask --threads --memory --sort --quiet --truth --html --against --seed --lang --no-color --help' ;;
    'rules check') flags='--rules --json --lang --no-color --help' ;;
    'rules fmt') flags='--check --write --lang --no-color --help' ;;
    'rules explain') flags='--rules --lang --no-color --help' ;;
    'rules cost') flags='--rules --lang --no-color --help' ;;
    'rules test') flags='--rules --quiet --lang --no-color --help' ;;
    'rules push') flags='--rules --to --token --reason --lang --no-color --help' ;;
    'rules approve') flags='--to --token --reason --as --lang --no-color --help' ;;
    'intake guess') flags='--kind --home --zone --currency --output --lang --no-color --help' ;;
    'intake check') flags='--map --kind --home --zone --currency --rejects --max-rejects --quiet --lang --no-color --help' ;;
    'simulate') flags='--quiet --seed --out --people --days --start --fraud --classes --lang --no-color --help' ;;
    'trace') flags='--map --kind --home --zone --currency --rejects --max-rejects --json --table --output --unmask --memory --sort --quiet --records --backward --method --depth --since --until --answer --graphml --html --to --token --reason --lang --no-color --help' ;;
    'demo') flags='--json --lang --no-color --help' ;;
    'serve') flags='--data --config --lang --no-color --help' ;;
    'send') flags='--map --kind --quiet --to --token --lang --no-color --help' ;;
    'lead route') flags='--json --unmask --plan --lang --no-color --help' ;;
    'lead') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'dissuade') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'stop') flags='--json --output --method --depth --since --until --answer --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'freeze') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'query') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'recall') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'case') flags='--json --output --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'return') flags='--json --output --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'penalty') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'organisation') flags='--json --to --token --reason --lang --no-color --help' ;;
    'inspect') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'sanction') flags='--json --output --to --token --reason --of --state --place --once --law --lang --no-color --help' ;;
    'area') flags='--json --to --token --reason --of --state --place --once --lang --no-color --help' ;;
    'top') flags='--json --to --token --once --lang --no-color --help' ;;
    'doctor') flags='--data --config --lang --no-color --help' ;;
    'backup') flags='--data --lang --no-color --help' ;;
    'restore') flags='--data --lang --no-color --help' ;;
    'verify') flags='--lang --no-color --help' ;;
    'keys rotate') flags='--data --lang --no-color --help' ;;
    'answer key') flags='--data --lang --no-color --help' ;;
    'answer') flags='--data --config --lang --no-color --help' ;;
    'config check') flags='--json --explain --lang --no-color --help' ;;
    'config example') flags='--output --lang --no-color --help' ;;
    'screen check') flags='--explain --lang --no-color --help' ;;
    'journal verify') flags='--json --lang --no-color --help' ;;
    'audit verify') flags='--json --lang --no-color --help' ;;
    'audit prove') flags='--output --lang --no-color --help' ;;
    'law check') flags='--json --law --lang --no-color --help' ;;
    'law list') flags='--json --law --on --lang --no-color --help' ;;
    'law show') flags='--json --law --lang --no-color --help' ;;
    'law diff') flags='--json --law --lang --no-color --help' ;;
    'law term') flags='--json --law --lang --no-color --help' ;;
    'law fine') flags='--json --law --on --lang --no-color --help' ;;
    'report import') flags='--quiet --lang --no-color --help' ;;
    'report') flags='--output --to --token --law --lang --no-color --help' ;;
    'man') flags='--lang --no-color --help' ;;
    'completion') flags='--lang --no-color --help' ;;
    'version') flags='--lang --no-color --help' ;;
    'help') flags='--lang --no-color --help' ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='detect backtest rules intake simulate trace demo serve send lead dissuade stop freeze query recall case return penalty organisation inspect sanction area top doctor backup restore verify keys answer config screen journal audit law report man completion version help'
    elif [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = rules ]; then
        words='check fmt explain cost test push approve'
    elif [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = intake ]; then
        words='guess check'
    elif [ "$verb" = completion ]; then
        words='bash zsh'
    elif [ "$verb" = help ]; then
        words='detect backtest rules intake simulate trace demo serve send lead dissuade stop freeze query recall case return penalty organisation inspect sanction area top doctor backup restore verify keys answer config screen journal audit law report man completion version help'
    elif [ "${word#-}" != "$word" ]; then
        words=$flags
    fi
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _cutline cutline
