/* machine.c -- runs programs, an operation at a time over a whole column of records.
 *
 * A register is a column of RECORD_BATCH_MAX places.  Numbers are doubles, unknown is a NaN; names
 * are ident bits, unknown is 0; truth is one byte, FALSE_ < UNKNOWN_ < TRUE_, so that `and` is the
 * lesser and `or` the greater of two.  Deciding once per column what to do makes the deciding
 * cheap, and leaves loops that the compiler can do several lanes at a time.
 *
 * Invariants:  1. A number in a register is finite or a NaN: every operation looks at its result.
 *              2. Operations are done as written, in double, without contraction: the same answer
 *                 on every machine (and from the oracle).
 * Not chosen:  native code at run time.  It would be the one part that no sanitizer can look
 *              into. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/engine_inside.h"

#include "detect/engine/flow.h"
#include "detect/engine/outside.h"
#include <float.h>
#include <math.h>

static uint64_t *words(const struct frame *frame, uint16_t at)
{
    return frame->file + (size_t)at * COLUMN_WORDS;
}
static double *numbers(const struct frame *frame, uint16_t at)
{
    return (double *)words(frame, at);
}
static uint8_t *truths(const struct frame *frame, uint16_t at)
{
    return (uint8_t *)words(frame, at);
}

static inline double sound(double number)
{
    return fabs(number) <= DBL_MAX ? number : (double)NAN;
}
static inline bool is_nan(double number)
{
    return number != number;
}

/* ---- fields, constants, answers ---- */

static void run_FIELD_WHOLE(const struct frame *frame, const struct step *step)
{
    double *restrict out = numbers(frame, step->out);
    const struct batch *batch = &frame->engine->batch;
    for (uint32_t i = 0; i < frame->count; i++) {
        unsigned row = frame->row[i];
        double number = (double)batch->record[row]->field[step->imm].whole;
        out[i] = (batch->known[row] >> step->imm & 1u) != 0 ? number : (double)NAN;
    }
}

static void run_FIELD_REAL(const struct frame *frame, const struct step *step)
{
    double *restrict out = numbers(frame, step->out);
    const struct batch *batch = &frame->engine->batch;
    for (uint32_t i = 0; i < frame->count; i++) {
        unsigned row = frame->row[i];
        double number = sound(batch->record[row]->field[step->imm].real);
        out[i] = (batch->known[row] >> step->imm & 1u) != 0 ? number : (double)NAN;
    }
}

static void run_FIELD_NAME(const struct frame *frame, const struct step *step)
{
    uint64_t *restrict out = words(frame, step->out);
    const struct batch *batch = &frame->engine->batch;
    for (uint32_t i = 0; i < frame->count; i++) {
        unsigned row = frame->row[i];
        uint64_t name = batch->record[row]->field[step->imm].name.bits;
        out[i] = (batch->known[row] >> step->imm & 1u) != 0 ? name : 0;
    }
}

static void run_EARLIER_NUMBER(const struct frame *frame, const struct step *step)
{
    for (uint32_t i = 0; i < frame->count; i++)
        words(frame, step->out)[i] = frame->earlier[step->imm];
}

static void run_EARLIER_NAME(const struct frame *frame, const struct step *step)
{
    run_EARLIER_NUMBER(frame, step);
}

static void run_CONST_NUMBER(const struct frame *frame, const struct step *step)
{
    uint64_t *restrict out = words(frame, step->out);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = step->imm;
}

static void run_CONST_NAME(const struct frame *frame, const struct step *step)
{
    run_CONST_NUMBER(frame, step);
}

static void run_CONST_TRUTH(const struct frame *frame, const struct step *step)
{
    memset(truths(frame, step->out), (int)step->imm, frame->count);
}

static void run_READ_NUMBER(const struct frame *frame, const struct step *step)
{
    uint64_t *restrict out = words(frame, step->out);
    const uint64_t *restrict answer = answers_of(&frame->engine->batch, (unsigned)step->imm);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = answer[frame->row[i]];
}

static void run_READ_NAME(const struct frame *frame, const struct step *step)
{
    run_READ_NUMBER(frame, step);
}

static void run_READ_TRUTH(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint64_t *restrict answer = answers_of(&frame->engine->batch, (unsigned)step->imm);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = (uint8_t)answer[frame->row[i]];
}

/* ---- what stands outside the machine ---- */

static void run_NOW_NUMBER(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        words(frame, step->out)[i] = outside_read(frame, (unsigned)step->imm, i, name[i]);
}

static void run_NOW_NAME(const struct frame *frame, const struct step *step)
{
    run_NOW_NUMBER(frame, step);
}

static void run_NOW_TRUTH(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        truths(frame, step->out)[i] = (uint8_t)outside_read(frame, (unsigned)step->imm, i, name[i]);
}

static void run_REGISTER_NUMBER(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    struct look_up look_up = look_up_unpack(step->imm);
    for (uint32_t i = 0; i < frame->count; i++)
        numbers(frame, step->out)[i] = outside_number(frame->engine, look_up, (ident){name[i]});
}

static void run_REGISTER_NAME(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    struct look_up look_up = look_up_unpack(step->imm);
    for (uint32_t i = 0; i < frame->count; i++)
        words(frame, step->out)[i] = outside_name(frame->engine, look_up, (ident){name[i]}).bits;
}

static const struct mark *mark_of(const struct frame *frame, const struct step *step, uint32_t i)
{
    int64_t at_ms = frame->engine->batch.record[frame->row[i]]->at.ms;
    ident name = {words(frame, step->a)[i]};
    return marks_find(&frame->engine->marks, name, (uint32_t)step->imm, at_ms);
}

static void run_MARK(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct mark *mark = name[i] == 0 ? NULL : mark_of(frame, step, i);
        double weight = mark == NULL ? 0.0 : mark->weight;
        numbers(frame, step->out)[i] = name[i] == 0 ? (double)NAN : weight;
    }
}

static void run_MARKED(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++) {
        bool marked = name[i] != 0 && mark_of(frame, step, i) != NULL;
        truths(frame, step->out)[i] = name[i] == 0 ? UNKNOWN_ : marked ? TRUE_ : FALSE_;
    }
}

static void run_FLOW(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        numbers(frame, step->out)[i] = sound(flow_read(frame, (unsigned)step->imm, i, name[i]));
}

static void run_IN_LIST(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    const struct engine *engine = frame->engine;
    uint32_t list = engine->list[step->imm >> 8];
    enum field_type type = (enum field_type)(step->imm & 0xFF);
    for (uint32_t i = 0; i < frame->count; i++) {
        moment at = engine->batch.record[frame->row[i]]->at;
        bool listed = name[i] != 0 && list != UINT32_MAX &&
                      registry_lists_number(engine->registry, list, (ident){name[i]}, type, at);
        truths(frame, step->out)[i] = name[i] == 0 ? UNKNOWN_ : listed ? TRUE_ : FALSE_;
    }
}

static void run_TAC(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++) {
        struct spelled spelled;
        outside_spell(frame, i, (ident){name[i]}, (unsigned)step->imm, &spelled);
        words(frame, step->out)[i] = spelled_tac(&spelled).bits;
    }
}

static void run_STARTS(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    struct slice prefix = frame->engine->image->string[step->imm >> 8];
    for (uint32_t i = 0; i < frame->count; i++) {
        struct spelled spelled;
        outside_spell(frame, i, (ident){name[i]}, step->imm & 0xFF, &spelled);
        bool starts = slice_starts(spelled.slice, prefix);
        truths(frame, step->out)[i] = spelled.slice.size == 0 ? UNKNOWN_ : starts ? TRUE_ : FALSE_;
    }
}

static void run_DIGITS(const struct frame *frame, const struct step *step)
{
    const uint64_t *name = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++) {
        struct spelled spelled;
        outside_spell(frame, i, (ident){name[i]}, (unsigned)step->imm, &spelled);
        numbers(frame, step->out)[i] = spelled_digits(&spelled);
    }
}

/* ---- numbers ---- */

#define UNARY(name, expression)                                                \
    static void run_##name(const struct frame *frame, const struct step *step) \
    {                                                                          \
        double *restrict out = numbers(frame, step->out);                      \
        const double *restrict a = numbers(frame, step->a);                    \
        for (uint32_t i = 0; i < frame->count; i++) {                          \
            double x = a[i];                                                   \
            out[i] = (expression);                                             \
        }                                                                      \
    }

#define BINARY(name, expression)                                               \
    static void run_##name(const struct frame *frame, const struct step *step) \
    {                                                                          \
        double *restrict out = numbers(frame, step->out);                      \
        const double *a = numbers(frame, step->a);                             \
        const double *b = numbers(frame, step->b);                             \
        for (uint32_t i = 0; i < frame->count; i++) {                          \
            double x = a[i];                                                   \
            double y = b[i];                                                   \
            out[i] = (expression);                                             \
        }                                                                      \
    }

static inline double remainder_of(double x, double y)
{
    return sound(x - y * floor(sound(x / y)));
}

BINARY(ADD, sound(x + y))
BINARY(SUBTRACT, sound(x - y))
BINARY(MULTIPLY, sound(x *y))
BINARY(DIVIDE, sound(x / y))
BINARY(MIN, is_nan(x) || is_nan(y) ? (double)NAN : x < y ? x : y)
BINARY(MAX, is_nan(x) || is_nan(y) ? (double)NAN : x > y ? x : y)
BINARY(MOD, remainder_of(x, y))
UNARY(NEGATE, -x)
UNARY(ABS, fabs(x))
UNARY(FLOOR, floor(x))
UNARY(HOUR, outside_hour(frame->engine->zone_minutes, x))
UNARY(WEEKDAY, outside_weekday(frame->engine->zone_minutes, x))

static void run_HOLDS(const struct frame *frame, const struct step *step)
{
    double *restrict out = numbers(frame, step->out);
    const double *a = numbers(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = a[i] + (b[i] == TRUE_ ? 1.0 : 0.0);
}

/* ---- comparisons ---- */

#define COMPARE(name, operator)                                                \
    static void run_##name(const struct frame *frame, const struct step *step) \
    {                                                                          \
        uint8_t *restrict out = truths(frame, step->out);                      \
        const double *a = numbers(frame, step->a);                             \
        const double *b = numbers(frame, step->b);                             \
        for (uint32_t i = 0; i < frame->count; i++) {                          \
            uint8_t holds = a[i] operator b[i] ? TRUE_ : FALSE_;               \
            out[i] = is_nan(a[i]) || is_nan(b[i]) ? (uint8_t)UNKNOWN_ : holds; \
        }                                                                      \
    }

COMPARE(LESS, <)
COMPARE(LESS_EQUAL, <=)
COMPARE(EQUAL_NUMBER, ==)

static void run_EQUAL_NAME(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint64_t *a = words(frame, step->a);
    const uint64_t *b = words(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++) {
        uint8_t holds = a[i] == b[i] ? TRUE_ : FALSE_;
        out[i] = a[i] == 0 || b[i] == 0 ? (uint8_t)UNKNOWN_ : holds;
    }
}

static void run_EQUAL_TRUTH(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint8_t *a = truths(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++) {
        uint8_t holds = a[i] == b[i] ? TRUE_ : FALSE_;
        out[i] = a[i] == UNKNOWN_ || b[i] == UNKNOWN_ ? (uint8_t)UNKNOWN_ : holds;
    }
}

/* ---- truth ---- */

static void run_AND(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint8_t *a = truths(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = a[i] < b[i] ? a[i] : b[i];
}

static void run_OR(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint8_t *a = truths(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = a[i] > b[i] ? a[i] : b[i];
}

static void run_NOT(const struct frame *frame, const struct step *step)
{
    uint8_t *restrict out = truths(frame, step->out);
    const uint8_t *a = truths(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        out[i] = (uint8_t)(TRUE_ - a[i]);
}

static void run_KNOWN_NUMBER(const struct frame *frame, const struct step *step)
{
    const double *a = numbers(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        truths(frame, step->out)[i] = is_nan(a[i]) ? FALSE_ : TRUE_;
}

static void run_KNOWN_NAME(const struct frame *frame, const struct step *step)
{
    const uint64_t *a = words(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        truths(frame, step->out)[i] = a[i] == 0 ? FALSE_ : TRUE_;
}

static void run_KNOWN_TRUTH(const struct frame *frame, const struct step *step)
{
    const uint8_t *a = truths(frame, step->a);
    for (uint32_t i = 0; i < frame->count; i++)
        truths(frame, step->out)[i] = a[i] == UNKNOWN_ ? FALSE_ : TRUE_;
}

/* ---- choices ---- */

static void run_KNOWN_OR_NUMBER(const struct frame *frame, const struct step *step)
{
    const double *a = numbers(frame, step->a);
    const double *b = numbers(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        numbers(frame, step->out)[i] = is_nan(a[i]) ? b[i] : a[i];
}

static void run_KNOWN_OR_NAME(const struct frame *frame, const struct step *step)
{
    const uint64_t *a = words(frame, step->a);
    const uint64_t *b = words(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        words(frame, step->out)[i] = a[i] == 0 ? b[i] : a[i];
}

static void run_KNOWN_OR_TRUTH(const struct frame *frame, const struct step *step)
{
    const uint8_t *a = truths(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    for (uint32_t i = 0; i < frame->count; i++)
        truths(frame, step->out)[i] = a[i] == UNKNOWN_ ? b[i] : a[i];
}

static void run_IF_NUMBER(const struct frame *frame, const struct step *step)
{
    const uint8_t *a = truths(frame, step->a);
    const double *b = numbers(frame, step->b);
    const double *c = numbers(frame, step->c);
    for (uint32_t i = 0; i < frame->count; i++) {
        double chosen = a[i] == TRUE_ ? b[i] : c[i];
        numbers(frame, step->out)[i] = a[i] == UNKNOWN_ ? (double)NAN : chosen;
    }
}

static void run_IF_NAME(const struct frame *frame, const struct step *step)
{
    const uint8_t *a = truths(frame, step->a);
    const uint64_t *b = words(frame, step->b);
    const uint64_t *c = words(frame, step->c);
    for (uint32_t i = 0; i < frame->count; i++) {
        uint64_t chosen = a[i] == TRUE_ ? b[i] : c[i];
        words(frame, step->out)[i] = a[i] == UNKNOWN_ ? 0 : chosen;
    }
}

static void run_IF_TRUTH(const struct frame *frame, const struct step *step)
{
    const uint8_t *a = truths(frame, step->a);
    const uint8_t *b = truths(frame, step->b);
    const uint8_t *c = truths(frame, step->c);
    for (uint32_t i = 0; i < frame->count; i++) {
        uint8_t chosen = a[i] == TRUE_ ? b[i] : c[i];
        truths(frame, step->out)[i] = a[i] == UNKNOWN_ ? (uint8_t)UNKNOWN_ : chosen;
    }
}

/* ---- the machine ---- */

static void (*const RUN[OPS_COUNT])(const struct frame *frame, const struct step *step) = {
#define OP(name, out, a, b, c) [OP_##name] = run_##name,
#include "detect/engine/ops.inc"
#undef OP
};

void machine_run(const struct program *program, const struct frame *frame)
{
    must(frame->count <= RECORD_BATCH_MAX);
    for (uint32_t i = 0; i < program->steps_count; i++)
        RUN[program->step[i].op](frame, &program->step[i]);
}
