/* mask.c -- calls back through a sink, and has a desk_peek() of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
struct sink {
    int (*desk_count)(int n);
};

static int desk_peek(int n)
{
    return n;
}

int mask_count(struct sink *sink)
{
    return sink->desk_count(desk_peek(1));
}
