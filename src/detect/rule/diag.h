/* diag.h -- what is wrong with a rule file, where, and what to do about it.
 *
 * Every message stands once, in messages.inc, with its code, in English and Chinese.  A diagnostic
 * holds the code and its arguments; the text is made when it is shown, so that one run can be shown
 * in both tongues. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/syntax.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

enum { DIAG_ARGS_MAX = 4 };

struct diag {
    uint16_t code; /* 1207 is shown as C1207 */
    enum diag_severity severity;
    struct span where;
    uint32_t args_count;
    struct slice arg[DIAG_ARGS_MAX];
    struct slice suggestion; /* "did you mean": text to put in place of `where`; empty: none */
    struct span related;     /* "first defined here"; start == end: none */
};

struct diags {
    uint32_t count;   /* stored, at most DIAGS_MAX */
    uint32_t dropped; /* more than that */
    uint32_t errors_count;
    struct diag diag[DIAGS_MAX];
};

/* Shows one diagnostic as trust.md 2.2: code, place, line, caret under the right display column,
 * suggestion, note; ends with a line end.  `colour` paints it.  Lines and columns count from 1; the
 * column shown is the code-point column.  Characters that would disturb a terminal are replaced. */
void text_add_diag(struct text *text, const struct diag *diag, const struct rule_file *files,
                   enum tongue tongue, bool colour);
/* One JSON object on one line, without a line end: code, severity, message and note (en, zh), file,
 * line, byte offset, code-point column, display column, the span's end, suggestion, related. */
void text_add_diag_json(struct text *text, const struct diag *diag, const struct rule_file *files);
/* "2 errors, 1 warning", with what was dropped; nothing if there is nothing. */
void text_add_diags_count(struct text *text, const struct diags *diags, enum tongue tongue);
/* What a code means, with its arguments left open.  false: there is no such code. */
bool text_add_message(struct text *text, uint16_t code, enum tongue tongue);
/* The codes in order, for lists and tests: the `index`-th, or 0 behind the last. */
uint16_t message_code(unsigned index);
