/* config_inside.h -- the tables of the settings, and values to and from words. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config.h"
#include "ground/outline.h"

struct setting {
    const char *section; /* NULL: a member of a list's item */
    const char *key;
    enum config_type type;
    const char *fallback; /* NULL: must be given */
    int64_t least, most;
    const char *choices; /* of a WORD, with bars between */
    struct saying says;
    size_t offset; /* of the value in its struct */
};

extern const struct setting SETTINGS[CONFIG_SETTINGS_COUNT];
extern const struct setting TAILS[];
extern const unsigned TAILS_KEYS_COUNT;
extern const struct setting WEBHOOKS[];
extern const unsigned WEBHOOKS_KEYS_COUNT;
extern const struct setting PARTNERS[];
extern const unsigned PARTNERS_KEYS_COUNT;

/* Puts the value that `word` spells at its place below `base`.  `folder`: what relative paths begin
 * at.  MALFORMED: it does not spell one; STATUS_FULL. */
enum status setting_put(const struct setting *setting, void *base, struct slice word,
                        struct slice folder, struct arena *boot);
/* What the setting wants, for a complaint: "a size from 64K to 16M". */
void text_add_wanted(struct text *text, const struct setting *setting, enum tongue tongue);
/* The value as it would stand in the file. */
void text_add_value(struct text *text, const struct setting *setting, const void *base);
