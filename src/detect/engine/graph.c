/* graph.c -- equal expressions found, and programs cut out of them.
 *
 * Invariants:  1. An operand's number is less than the number of the node that uses it.
 *              2. Two nodes differ in operation, operands or imm.
 *              3. In a program no step overwrites a register that is still to be read, or a result.
 * Not chosen:  folding constants.  A condition made of constants alone is rare and costs nothing
 *              beside one look at memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/engine/graph.h"

#include "ground/arena.h"

static const struct {
    uint8_t out, a, b, c;
} CLASSES[OPS_COUNT] = {
#define OP(name, out, a, b, c) [OP_##name] = {CLASS_##out, CLASS_##a, CLASS_##b, CLASS_##c},
#include "detect/engine/ops.inc"
#undef OP
};

enum class op_class(enum op op) { return (enum class)CLASSES[op].out; }

enum status graph_init(struct graph *graph, struct arena *arena)
{
    *graph = (struct graph){.arena = arena, .count = 1, .count_max = 64};
    return ARENA_NEW(arena, graph->count_max, &graph->node);
}

static uint32_t node_head(const struct node *node)
{
    uint64_t mixed = node->op;
    mixed = (mixed ^ node->a) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ node->b ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ node->c ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ node->imm ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(mixed >> 40) % GRAPH_HEADS;
}

static bool costly(enum op op)
{
    switch (op) {
    case OP_REGISTER_NUMBER:
    case OP_REGISTER_NAME:
    case OP_IN_LIST:
    case OP_TAC:
    case OP_STARTS:
    case OP_DIGITS:
        return true;
    default:
        return false;
    }
}

static enum status graph_grow(struct graph *graph)
{
    struct node *more;
    TRY(ARENA_NEW(graph->arena, (size_t)graph->count_max * 2, &more));
    memcpy(more, graph->node, graph->count * sizeof *more);
    graph->node = more;
    graph->count_max *= 2;
    return STATUS_OK;
}

enum status graph_add(struct graph *graph, struct node node, uint32_t *out)
{
    must(CLASSES[node.op].a == CLASS_NONE || node.a != NO_NODE);
    uint32_t head = node_head(&node);
    for (uint32_t i = graph->head[head]; i != NO_NODE; i = graph->node[i].next) {
        const struct node *old = &graph->node[i];
        if (old->op == node.op && old->a == node.a && old->b == node.b && old->c == node.c &&
            old->imm == node.imm) {
            *out = i;
            return STATUS_OK;
        }
    }
    if (graph->count == graph->count_max)
        TRY(graph_grow(graph));
    const uint32_t operand[] = {node.a, node.b, node.c};
    for (unsigned i = 0; i < 3; i++) {
        node.flags |= graph->node[operand[i]].flags;
        node.profiles |= graph->node[operand[i]].profiles;
    }
    node.flags = (uint8_t)(node.flags | (costly(node.op) ? NODE_COSTLY : 0));
    node.class = CLASSES[node.op].out;
    node.next = graph->head[head];
    graph->node[graph->count] = node;
    graph->head[head] = graph->count;
    *out = graph->count++;
    return STATUS_OK;
}

enum status graph_and(struct graph *graph, uint32_t a, uint32_t b, uint32_t *out)
{
    if (a == NO_NODE || b == NO_NODE) {
        *out = a == NO_NODE ? b : a;
        return STATUS_OK;
    }
    return graph_add(graph, (struct node){.op = OP_AND, .a = a, .b = b}, out);
}

void graph_flows_last(const struct graph *graph, uint32_t *condition, uint32_t count)
{
    uint32_t plain = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t one = condition[i];
        if ((graph->node[one].flags & NODE_FLOW) != 0)
            continue;
        memmove(condition + plain + 1, condition + plain, (i - plain) * sizeof *condition);
        condition[plain++] = one;
    }
}

/* ---- programs ---- */

/* The step that a node becomes; its operands are still nodes. */
static struct node lowered(const struct node *node, const struct lowering *lowering)
{
    struct node step = *node;
    if (node->op == OP_EARLIER_NUMBER || node->op == OP_EARLIER_NAME) {
        const struct profile_image *profile = &lowering->profile[node->imm >> 16];
        step.imm = profile->field_value[node->imm >> 8 & 0xFF][node->imm & 0xFF];
    }
    if (node->op != OP_READ_NUMBER && node->op != OP_READ_NAME && node->op != OP_READ_TRUTH)
        return step;
    if (!lowering->read[node->imm].now)
        step.a = NO_NODE; /* the name was worked out when the column was made */
    else
        step.op = (uint16_t)(node->op - OP_READ_NUMBER + OP_NOW_NUMBER);
    return step;
}

/* Registers handed out from the lowest free one. */
struct registers {
    uint16_t *free;
    uint32_t free_count;
    uint32_t count;
};

static uint16_t register_take(struct registers *registers)
{
    if (registers->free_count > 0)
        return registers->free[--registers->free_count];
    must(registers->count < NO_COLUMN);
    return (uint16_t)registers->count++;
}

struct cutting {
    const struct graph *graph;
    const struct lowering *lowering;
    uint32_t *last;  /* the last node that uses it; UINT32_MAX: a result; 0: nobody */
    uint16_t *place; /* its register */
    uint32_t top;    /* the greatest node needed */
    struct registers registers;
};

static uint32_t mark_needed(struct cutting *cutting, const uint32_t *root, uint32_t roots_count)
{
    uint32_t steps = 0;
    for (uint32_t i = 0; i < roots_count; i++) {
        if (root[i] == NO_NODE)
            continue;
        cutting->last[root[i]] = UINT32_MAX;
        if (root[i] > cutting->top)
            cutting->top = root[i];
    }
    for (uint32_t i = cutting->top; i >= 1; i--) {
        if (cutting->last[i] == 0)
            continue;
        steps++;
        struct node node = lowered(&cutting->graph->node[i], cutting->lowering);
        const uint32_t operand[] = {node.a, node.b, node.c};
        for (unsigned k = 0; k < 3; k++)
            if (cutting->last[operand[k]] == 0) /* seen from behind: the first use is the last */
                cutting->last[operand[k]] = i;
    }
    return steps;
}

static void release(struct cutting *cutting, uint32_t operand, uint32_t user)
{
    if (operand == NO_NODE || cutting->last[operand] != user)
        return;
    cutting->last[operand] = 0;
    cutting->registers.free[cutting->registers.free_count++] = cutting->place[operand];
}

static void cut(struct cutting *cutting, struct program *program)
{
    for (uint32_t i = 1; i <= cutting->top; i++) {
        if (cutting->last[i] == 0)
            continue;
        struct node node = lowered(&cutting->graph->node[i], cutting->lowering);
        struct step *step = &program->step[program->steps_count++];
        *step = (struct step){.op = node.op, .imm = node.imm};
        step->a = cutting->place[node.a];
        step->b = cutting->place[node.b];
        step->c = cutting->place[node.c];
        /* Taken before the operands are released: no operation writes where it reads. */
        cutting->place[i] = register_take(&cutting->registers);
        step->out = cutting->place[i];
        release(cutting, node.a, i);
        release(cutting, node.b, i);
        release(cutting, node.c, i);
    }
}

static enum status graph_room(struct graph *graph)
{
    if (graph->room >= graph->count)
        return STATUS_OK;
    TRY(ARENA_NEW(graph->arena, graph->count_max, &graph->last));
    TRY(ARENA_NEW(graph->arena, graph->count_max, &graph->place));
    TRY(ARENA_NEW(graph->arena, graph->count_max, &graph->free));
    graph->room = graph->count_max;
    return STATUS_OK;
}

enum status graph_program(struct graph *graph, const struct lowering *lowering,
                          const uint32_t *root, uint32_t roots_count, struct arena *boot,
                          struct program *out)
{
    TRY(graph_room(graph));
    struct cutting cutting = {.graph = graph,
                              .lowering = lowering,
                              .last = graph->last,
                              .place = graph->place,
                              .registers.free = graph->free};
    struct program program = {.results_count = roots_count};
    uint32_t steps = mark_needed(&cutting, root, roots_count);
    graph->last[NO_NODE] = 0;
    enum status status = ARENA_NEW(boot, steps, &program.step);
    if (status == STATUS_OK)
        status = ARENA_NEW(boot, roots_count, &program.result);
    if (status == STATUS_OK)
        cut(&cutting, &program);
    for (uint32_t i = 0; status == STATUS_OK && i < roots_count; i++)
        program.result[i] = root[i] == NO_NODE ? NO_COLUMN : graph->place[root[i]];
    memset(graph->last, 0, ((size_t)cutting.top + 1) * sizeof *graph->last);
    TRY(status);
    program.registers_count = cutting.registers.count;
    *out = program;
    return STATUS_OK;
}
