/* outline.h -- a YAML document, read with the places of everything in it.
 *
 * Mappings, the configuration and policies are written by people, so every complaint says file,
 * line and column, what is wrong, and what was probably meant; in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"
#include "ground/tongue.h"

enum { OUTLINE_BYTES_MAX = 64 * 1024 };

enum outline_type { OUTLINE_NOTHING, OUTLINE_TEXT, OUTLINE_LIST, OUTLINE_MAP };

struct outline {
    const char *path;
    struct text *why; /* [TONGUES_COUNT] */
    void *document;   /* libyaml's */
};

/* A node by its number in the document; texts lend from the outline. */
typedef int outline_node;

/* Reads the document.  MALFORMED: `why` says where it is not YAML, or where a map has a key twice.
 * */
enum status outline_open(struct outline *out, const char *path, struct slice text,
                         struct arena *scratch, struct text why[TONGUES_COUNT]);
void outline_close(struct outline *outline);
outline_node outline_root(const struct outline *outline);
enum outline_type outline_type(const struct outline *outline, outline_node node);
struct slice outline_text(const struct outline *outline, outline_node node);
/* Whether the text stands in quotes: "3" is a name, 3 a number. */
bool outline_quoted(const struct outline *outline, outline_node node);
/* Where it begins, from 1. */
void outline_place(const struct outline *outline, outline_node node, unsigned *line,
                   unsigned *column);
/* Members of a list or a map; 1 for a text, 0 for nothing. */
unsigned outline_count(const struct outline *outline, outline_node node);
/* The i-th of a list; a text is a list of itself. */
outline_node outline_item(const struct outline *outline, outline_node node, unsigned i);
/* Key and value of the i-th member of a map. */
outline_node outline_key(const struct outline *outline, outline_node node, unsigned i);
outline_node outline_value(const struct outline *outline, outline_node node, unsigned i);

/* Says "path:line:column: " and the sentence; `%` in it stands for the text of the node.  Always
 * MALFORMED. */
enum status outline_complain(const struct outline *outline, outline_node node,
                             struct saying saying);
/* The same for a word that is none of the known ones, with "did you mean". */
enum status outline_unknown(const struct outline *outline, outline_node node, struct saying what,
                            const struct slice *known, unsigned known_count);
/* The values of a map by the known keys, -1 where one is not there; any other key is a complaint.
 */
enum status outline_keys(const struct outline *outline, outline_node map, const struct slice *keys,
                         unsigned keys_count, outline_node *value);
/* Complains if the node is not of the type. */
enum status outline_want(const struct outline *outline, outline_node node, enum outline_type type);
/* The nearest of the words, at most a third of its letters wrong; NULL: none. */
const struct slice *nearest_word(struct slice word, const struct slice *known,
                                 unsigned known_count);
