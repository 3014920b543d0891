/* command.h -- the command line, understood. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/text.h"
#include "ground/tongue.h"

enum exit_code {
#define EXIT(name, number, en, zh) EXIT_##name = (number),
#include "exits.inc"
#undef EXIT
};

enum flag {
#define FLAG(name, spelling, letter, takes, en, zh) FLAG_##name,
#include "flags.inc"
#undef FLAG
    FLAGS_COUNT
};

enum { OPERANDS_MAX = FILES_MAX, GIVEN_MAX = 1024 };

enum verb {
#define VERB(name, words, operands, least, most, flags, en, zh) VERB_##name,
#include "verbs.inc"
#undef VERB
    VERBS_COUNT
};

struct flag_entry {
    const char *spelling;
    char letter; /* ' ' for none */
    const char *takes;
    struct saying says;
};

struct verb_entry {
    const char *words;
    const char *operands;
    unsigned least, most; /* operands */
    uint64_t flags;       /* bit of each flag it takes, those of every verb included */
    struct saying says;
};

struct exit_entry {
    const char *name;
    int number;
    struct saying says;
};

extern const struct flag_entry FLAGS[FLAGS_COUNT];
extern const struct verb_entry VERBS[VERBS_COUNT];
extern const struct exit_entry EXITS[];
extern const size_t EXITS_COUNT;

struct given {
    enum flag flag;
    const char *value; /* NULL if the flag takes none */
};

struct command {
    enum tongue tongue;
    enum verb verb;
    bool help;
    uint32_t given_count;
    struct given given[GIVEN_MAX];
    uint32_t operands_count;
    const char *operand[OPERANDS_MAX + 1];
    bool out_is_terminal, err_is_terminal;
    bool out_in_colour, err_in_colour;
};

/* EXIT_USAGE: what is wrong has been said on standard error. */
enum exit_code command_read(struct command *command, int count, char **words);
bool command_has(const struct command *command, enum flag flag);
/* The value given last, or NULL. */
const char *command_value(const struct command *command, enum flag flag);
/* The one that comes next after `*from` in the order of giving, or NULL; begin with 0. */
const char *command_next_value(const struct command *command, enum flag flag, uint32_t *from);
/* The verb of one or two words, or VERBS_COUNT; `*used` words were it. */
enum verb verb_find(const char *const *words, size_t count, size_t *used);
