/* compile_inside.h -- one run of the compiler: whence its memory comes, whither its complaints go.
 *
 * Memory that runs out is remembered in `status` and looked at once, at the end, as `full` of a
 * text is: a parser that handed a status through every function would say nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "detect/rule/rule.h"

enum message {
#define MESSAGE(code, name, severity, en, zh, note_en, note_zh) MESSAGE_##name = (code),
#include "messages.inc"
#undef MESSAGE
};

struct compile {
    struct arena *arena;
    struct diags *diags;
    enum status status; /* FULL: some memory was not to be had, the result is void */
    const struct rule_file *files;
    uint32_t files_count;
    uint32_t errors_before; /* of other runs into the same diags */
    bool gap;               /* a part of the text was not understood, so names may be missing */
};

/* A diagnostic in the making.  An argument that is a key of terms.inc is shown in the reader's
 * tongue where the message says {t0}. */
struct complaint {
    struct span where;
    struct slice arg[DIAG_ARGS_MAX];
    struct slice suggestion;
    struct span related;
};

/* One place has one error and one warning: what follows at the same place is not said. */
void complain(struct compile *compile, enum message message, struct complaint complaint);
/* Memory for the run; NULL: there is none, see `status`. */
void *compile_take(struct compile *compile, size_t size);
/* A formatted text for the run; empty if there is no memory. */
[[gnu::format(printf, 2, 3)]] struct slice compile_text(struct compile *compile, const char *format,
                                                        ...);
/* The source text of a span. */
struct slice compile_source(const struct compile *compile, struct span span);
static inline struct span span_join(struct span a, struct span b)
{
    return (struct span){a.file, a.start < b.start ? a.start : b.start,
                         a.end > b.end ? a.end : b.end};
}

/* For "%.*s". */
#define SHOW(slice) (int)(slice).size, (slice).at
