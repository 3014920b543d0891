/* completion.c -- what the shells offer at the Tab key, made from the same tables as --help. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include "record/record.h"

/* Adds the words of a closed choice, or the kinds, blank-separated; false: the flag takes something
 * else. */
static bool add_choice(struct text *text, const char *takes)
{
    bool kind = strcmp(takes, "KIND") == 0;
    for (enum record_kind i = 0; kind && i < RECORD_KINDS_COUNT; i++)
        text_addf(text, "%s%s", i == 0 ? "" : " ", kind_schema(i)->name);
    if (kind || strchr(takes, '|') == NULL)
        return kind;
    for (const char *at = takes; *at != '\0'; at++)
        text_add_char(text, *at == '|' ? ' ' : *at);
    return true;
}

static bool takes_path(const char *takes)
{
    return strcmp(takes, "FILE") == 0 || strcmp(takes, "PATH") == 0;
}

static void add_spellings(struct text *text, const struct flag_entry *entry)
{
    text_addf(text, "--%s", entry->spelling);
    if (entry->letter != ' ')
        text_addf(text, "|-%c", entry->letter);
}

static void add_bash_values(struct text *text)
{
    text_add_string(text, "    case $previous in\n");
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
        const struct flag_entry *entry = &FLAGS[flag];
        if (entry->takes[0] == '\0')
            continue;
        text_add_string(text, "    ");
        add_spellings(text, entry);
        text_add_string(text, ") ");
        char bytes[512];
        struct text words = text_over(bytes, sizeof bytes);
        if (add_choice(&words, entry->takes))
            text_addf(text, "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")", bytes);
        else if (takes_path(entry->takes))
            text_add_string(text, "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")");
        else if (strcmp(entry->takes, "DIR") == 0)
            text_add_string(text, "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")");
        else
            text_add_string(text, "COMPREPLY=()");
        text_add_string(text, "; return ;;\n");
    }
    text_add_string(text, "    esac\n");
}

/* The first words, or the second words behind the first word `group`. */
static void add_verb_words(struct text *text, const char *group)
{
    size_t size = strlen(group);
    const char *last = "";
    bool some = false;
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        const char *words = VERBS[verb].words;
        if (size != 0 && (strncmp(words, group, size) != 0 || words[size] != ' '))
            continue;
        const char *word = size == 0 ? words : words + size + 1;
        size_t word_size = strcspn(word, " ");
        if (strncmp(word, last, word_size) == 0 && last[word_size] == ' ')
            continue; /* `rules` is offered once */
        last = word;
        text_add_string(text, some ? " " : "");
        text_add(text, (struct slice){word, word_size});
        some = true;
    }
}

static void add_flag_words(struct text *text, enum verb verb)
{
    bool some = false;
    for (enum flag flag = 0; flag < FLAGS_COUNT; flag++) {
        if ((VERBS[verb].flags >> flag & 1u) == 0)
            continue;
        text_addf(text, "%s--%s", some ? " " : "", FLAGS[flag].spelling);
        some = true;
    }
}

void text_add_bash_completion(struct text *text)
{
    text_add_string(
        text, "# Made by `cutline completion bash` from verbs.inc and flags.inc: do not edit.\n"
              "# SPDX-License-Identifier: Apache-2.0\n"
              "_cutline() {\n"
              "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
              "    local verb=${COMP_WORDS[1]-} flags= words=\n");
    add_bash_values(text);
    text_add_string(text,
                    "    case $verb in\n    rules|intake) verb=\"$verb ${COMP_WORDS[2]-}\" ;;\n"
                    "    esac\n    case $verb in\n");
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        text_addf(text, "    '%s') flags='", VERBS[verb].words);
        add_flag_words(text, verb);
        text_add_string(text, "' ;;\n");
    }
    text_add_string(text, "    esac\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='");
    add_verb_words(text, "");
    text_add_string(text,
                    "'\n    elif [ \"$COMP_CWORD\" -eq 2 ] && [ \"${COMP_WORDS[1]}\" = rules ]; "
                    "then\n        words='");
    add_verb_words(text, "rules");
    text_add_string(text,
                    "'\n    elif [ \"$COMP_CWORD\" -eq 2 ] && [ \"${COMP_WORDS[1]}\" = intake ]; "
                    "then\n        words='");
    add_verb_words(text, "intake");
    text_add_string(text, "'\n    elif [ \"$verb\" = completion ]; then\n        words='bash zsh'\n"
                          "    elif [ \"$verb\" = help ]; then\n        words='");
    add_verb_words(text, "");
    text_add_string(text, "'\n    elif [ \"${word#-}\" != \"$word\" ]; then\n        words=$flags\n"
                          "    fi\n"
                          "    if [ -n \"$words\" ]; then\n"
                          "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                          "    else\n"
                          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                          "    fi\n"
                          "}\n"
                          "complete -o filenames -F _cutline cutline\n");
}

/* A description inside '[…]' of _arguments. */
static void add_zsh_text(struct text *text, const char *string)
{
    for (const char *at = string; *at != '\0'; at++) {
        if (*at == '[' || *at == ']' || *at == ':' || *at == '\\')
            text_add_char(text, '\\');
        if (*at == '\'')
            text_add_string(text, "'\\'");
        text_add(text, (struct slice){at, 1});
    }
}

static void add_zsh_flag(struct text *text, enum flag flag)
{
    const struct flag_entry *entry = &FLAGS[flag];
    bool repeats = flag == FLAG_rules;
    text_add_string(text, "        ");
    if (entry->letter != ' ' && !repeats)
        text_addf(text, "'(-%c --%s)'", entry->letter, entry->spelling);
    if (entry->letter != ' ')
        text_addf(text, "{%s-%c,%s--%s}'[", repeats ? "\\*" : "", entry->letter,
                  repeats ? "\\*" : "", entry->spelling);
    else
        text_addf(text, "'--%s[", entry->spelling);
    add_zsh_text(text, entry->says.in[TONGUE_EN]);
    text_add_char(text, ']');
    if (entry->takes[0] != '\0') {
        char bytes[512];
        struct text words = text_over(bytes, sizeof bytes);
        bool choice = add_choice(&words, entry->takes);
        text_addf(text, ":%s:", choice ? entry->spelling : entry->takes);
        if (choice)
            text_addf(text, "(%s)", bytes);
        else if (takes_path(entry->takes))
            text_add_string(text, "_files");
        else if (strcmp(entry->takes, "DIR") == 0)
            text_add_string(text, "_files -/");
        else
            text_add_char(text, ' ');
    }
    text_add_string(text, "' \\\n");
}

void text_add_zsh_completion(struct text *text)
{
    text_add_string(text, "#compdef cutline\n"
                          "# Made by `cutline completion zsh` from verbs.inc and flags.inc: do not "
                          "edit.\n# SPDX-License-Identifier: Apache-2.0\n"
                          "_cutline() {\n    local verb=$words[2] skip=1\n"
                          "    if (( CURRENT == 2 )); then\n        compadd -- ");
    add_verb_words(text, "");
    text_add_string(text, "\n        return\n    fi\n    case $verb in\n    rules|intake)\n"
                          "        if (( CURRENT == 3 )); then\n"
                          "            [[ $verb = rules ]] && compadd -- ");
    add_verb_words(text, "rules");
    text_add_string(text, " || compadd -- ");
    add_verb_words(text, "intake");
    text_add_string(text, "\n            return\n        fi\n"
                          "        verb=\"$verb $words[3]\" skip=2 ;;\n    esac\n"
                          "    shift $skip words\n    (( CURRENT -= skip ))\n    case $verb in\n");
    for (enum verb verb = 0; verb < VERBS_COUNT; verb++) {
        text_addf(text, "    '%s') _arguments \\\n", VERBS[verb].words);
        for (enum flag flag = 0; flag < FLAGS_COUNT; flag++)
            if ((VERBS[verb].flags >> flag & 1u) != 0)
                add_zsh_flag(text, flag);
        if (verb == VERB_completion) {
            text_add_string(text, "        '1:shell:(bash zsh)'");
        } else if (verb == VERB_help) {
            text_add_string(text, "        '1:verb:(");
            add_verb_words(text, "");
            text_add_string(text, ")'");
        } else {
            text_addf(text, "        '*:%s:_files'",
                      VERBS[verb].operands[0] == '\0' ? "nothing" : "file");
        }
        text_add_string(text, " ;;\n");
    }
    text_add_string(text, "    esac\n}\n_cutline \"$@\"\n");
}
