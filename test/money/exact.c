/* exact.c -- shares without rounding: fractions of 128 bits, cancelled after every step. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

__extension__ typedef __int128 wide;

struct fraction {
    wide over, under;
};

static wide common(wide a, wide b)
{
    while (b != 0) {
        wide rest = a % b;
        a = b;
        b = rest;
    }
    return a == 0 ? 1 : a;
}

static bool times(struct fraction a, int64_t over, int64_t under, struct fraction *out)
{
    wide d = common(over, a.under);
    wide e = common(a.over, under);
    if (__builtin_mul_overflow(a.over / e, (wide)over / d, &out->over))
        return false;
    return !__builtin_mul_overflow(a.under / d, (wide)under / e, &out->under);
}

static bool add(struct fraction a, struct fraction b, struct fraction *out)
{
    wide d = common(a.under, b.under), left, right, under;
    if (__builtin_mul_overflow(a.over, b.under / d, &left) ||
        __builtin_mul_overflow(b.over, a.under / d, &right) ||
        __builtin_mul_overflow(a.under, b.under / d, &under) ||
        __builtin_add_overflow(left, right, &left))
        return false;
    wide e = common(left, under);
    *out = (struct fraction){left / e, under / e};
    return true;
}

bool oracle_exact(const struct world *world, int origin, const struct answer *rounded,
                  int64_t held[WORLD_ACCOUNTS + 1])
{
    struct fraction traced[WORLD_ACCOUNTS + 1];
    int64_t all[WORLD_ACCOUNTS + 1] = {0};
    bool contacted[WORLD_ACCOUNTS + 1] = {false};
    for (int i = 0; i <= WORLD_ACCOUNTS; i++)
        traced[i] = (struct fraction){0, 1};
    int start = world->payment[origin].payer;
    for (int i = origin; i < world->payments_count; i++) {
        const struct world_payment *p = &world->payment[i];
        struct fraction goes = {i == origin ? p->amount : 0, 1};
        if (i != origin && p->payer != 0 && contacted[p->payer] && all[p->payer] > 0) {
            int64_t part = p->amount < all[p->payer] ? p->amount : all[p->payer];
            struct fraction minus;
            if (!times(traced[p->payer], part, all[p->payer], &goes))
                return false;
            minus = (struct fraction){-goes.over, goes.under};
            if (!add(traced[p->payer], minus, &traced[p->payer]))
                return false;
            all[p->payer] -= part;
        }
        if (p->payee == 0 || p->payee == start)
            continue;
        bool new = !contacted[p->payee] && goes.over != 0;
        if (new && (!rounded->contacted[p->payee] || rounded->contact[p->payee] != i))
            return false;
        contacted[p->payee] = contacted[p->payee] || new;
        if (!contacted[p->payee])
            continue;
        all[p->payee] += p->amount;
        if (!add(traced[p->payee], goes, &traced[p->payee]))
            return false;
    }
    for (int i = 0; i <= WORLD_ACCOUNTS; i++)
        held[i] = (int64_t)(traced[i].over / traced[i].under);
    return true;
}
