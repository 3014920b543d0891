/* config.h -- cutline.yaml: what the operator decides about the service.
 *
 * settings.inc is the one list.  Every value has a default, a bound and a place: the file's line,
 * or none.  A secret is never a value of the file; it is a file of its own that only its owner
 * reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/arena.h"
#include "ground/disk.h"
#include "ground/tongue.h"

/* How a value is held, by its type.  All texts end in NUL. */
#define CONFIG_HOLDS_TEXT     struct slice
#define CONFIG_HOLDS_FILE     struct slice /* a path; relative to the file's folder if so written */
#define CONFIG_HOLDS_SECRET   struct slice /* the same, of a file that only its owner may read */
#define CONFIG_HOLDS_COUNTRY  struct slice /* "86" */
#define CONFIG_HOLDS_CURRENCY struct slice /* "CNY" */
#define CONFIG_HOLDS_WHOLE    int64_t
#define CONFIG_HOLDS_SIZE     int64_t /* bytes */
#define CONFIG_HOLDS_SPAN     int64_t /* milliseconds */
#define CONFIG_HOLDS_ZONE     int32_t /* minutes east of UTC */
#define CONFIG_HOLDS_YES      bool
#define CONFIG_HOLDS_WORD     unsigned /* which of the choices */

enum config_type {
    CONFIG_TEXT,
    CONFIG_FILE,
    CONFIG_SECRET,
    CONFIG_COUNTRY,
    CONFIG_CURRENCY,
    CONFIG_WHOLE,
    CONFIG_SIZE,
    CONFIG_SPAN,
    CONFIG_ZONE,
    CONFIG_YES,
    CONFIG_WORD,
};

/* clang-format off */
enum config_setting {
#define SETTING(name, section, key, type, ...) CONFIG_AT_##name,
#include "config/settings.inc"
#undef SETTING
    CONFIG_SETTINGS_COUNT
};
/* clang-format on */

/* Where something stands in the file; line 0: nowhere, it is the default. */
struct config_place {
    unsigned line, column;
};

struct config_tail {
#define TAIL(name, key, type, ...) CONFIG_HOLDS_##type name;
#include "config/tails.inc"
#undef TAIL
    struct config_place place;
};

struct config_webhook {
#define WEBHOOK(name, key, type, ...) CONFIG_HOLDS_##type name;
#include "config/webhooks.inc"
#undef WEBHOOK
    struct config_place place;
};

struct config_partner {
#define PARTNER(name, key, type, ...) CONFIG_HOLDS_##type name;
#include "config/partners.inc"
#undef PARTNER
    struct config_place place;
};

struct config {
    struct slice path; /* of the file; empty: there is none, all are defaults */
#define SETTING(name, section, key, type, ...) CONFIG_HOLDS_##type name;
#include "config/settings.inc"
#undef SETTING
    struct config_place place[CONFIG_SETTINGS_COUNT];
    unsigned tails_count, webhooks_count, partners_count;
    struct config_tail *tails;
    struct config_webhook *webhooks;
    struct config_partner *partners;
};

/* Defaults only. */
enum status config_default(struct config *out, struct arena *boot);
/* Reads the text of the file `path`; looks at no other file.  MALFORMED: `why` says where and what,
 * in both tongues.  STATUS_FULL. */
enum status config_parse(struct config *out, const char *path, struct slice text,
                         struct arena *boot, struct text why[TONGUES_COUNT]);
/* Reads the file, and refuses secrets that others may read.  IO: the file cannot be read; REFUSED:
 * a secret is open to others; `why` says it. */
enum status config_read(struct config *out, const char *path, struct arena *boot,
                        struct text why[TONGUES_COUNT]);

/* One line for each setting: name, value, where it comes from, what it means. */
void text_add_config(struct text *text, const struct config *config, enum tongue tongue);
/* The same as one JSON object: {"listen.port": {"value": …, "from": "default"} …}. */
void text_add_config_json(struct text *text, const struct config *config);
/* A file with every setting as a comment, to begin with. */
void text_add_config_example(struct text *text, enum tongue tongue);
/* The tables of docs/config.md. */
void text_add_config_page(struct text *text);
