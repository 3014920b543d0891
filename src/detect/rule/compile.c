/* compile.c -- memory and complaints of one run of the compiler.
 *
 * Invariants:  1. One place has one error: what follows from it at the same place is not said.
 *              2. When DIAGS_MAX are there, an error pushes out a warning, never the reverse.
 *              3. Every complaint is counted, as stored or as dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "compile_inside.h"

#include <stdarg.h>
#include <stdio.h>

static enum diag_severity severity_of(enum message message)
{
    switch (message) {
#define MESSAGE(code, name, severity, en, zh, note_en, note_zh) \
    case MESSAGE_##name:                                        \
        return DIAG_##severity;
#include "messages.inc"
#undef MESSAGE
    }
    return DIAG_ERROR;
}

static bool same_place(struct span a, struct span b)
{
    return a.file == b.file && a.start == b.start && a.end == b.end;
}

/* Where a diagnostic can be stored; NULL: all places are taken by things that matter as much. */
static struct diag *find_place(struct diags *diags, enum diag_severity severity)
{
    if (diags->count < DIAGS_MAX)
        return &diags->diag[diags->count++];
    diags->dropped++;
    for (uint32_t i = DIAGS_MAX; severity == DIAG_ERROR && i-- > 0;)
        if (diags->diag[i].severity == DIAG_WARNING)
            return &diags->diag[i];
    return NULL;
}

void complain(struct compile *compile, enum message message, struct complaint complaint)
{
    struct diags *diags = compile->diags;
    enum diag_severity severity = severity_of(message);
    for (uint32_t i = 0; i < diags->count; i++)
        if (diags->diag[i].severity == severity &&
            same_place(diags->diag[i].where, complaint.where))
            return;
    if (severity == DIAG_ERROR)
        diags->errors_count++;
    struct diag *diag = find_place(diags, severity);
    if (diag == NULL)
        return;
    *diag = (struct diag){.code = (uint16_t)message,
                          .severity = severity,
                          .where = complaint.where,
                          .suggestion = complaint.suggestion,
                          .related = complaint.related};
    for (uint32_t i = 0; i < DIAG_ARGS_MAX; i++) {
        diag->arg[i] = complaint.arg[i];
        if (complaint.arg[i].size != 0)
            diag->args_count = i + 1;
    }
}

void *compile_take(struct compile *compile, size_t size)
{
    void *taken;
    if (arena_take(compile->arena, size, &taken) == STATUS_OK)
        return taken;
    compile->status = STATUS_FULL;
    return NULL;
}

struct slice compile_text(struct compile *compile, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    must(size >= 0); /* only a wrong format makes it negative */
    char *at = compile_take(compile, (size_t)size + 1);
    if (at != NULL)
        (void)vsnprintf(at, (size_t)size + 1, format, again);
    va_end(again);
    return at == NULL ? (struct slice){0} : (struct slice){at, (size_t)size};
}

struct slice compile_source(const struct compile *compile, struct span span)
{
    struct slice source = compile->files[span.file].source;
    return (struct slice){source.at + span.start, span.end - span.start};
}
