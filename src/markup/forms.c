/* forms.c -- what is asked for of a message, as a tree; and what a namespace says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gather_inside.h"

unsigned tree_find(const struct tree *tree, unsigned node, struct slice name)
{
    for (unsigned i = tree->node[node].child; i != 0; i = tree->node[i].next)
        if (tree->node[i].size == name.size && memcmp(tree->node[i].name, name.at, name.size) == 0)
            return i;
    return 0;
}

static enum status add_node(struct tree *tree, unsigned parent, struct slice name, unsigned *out)
{
    *out = tree_find(tree, parent, name);
    if (*out != 0)
        return STATUS_OK;
    if (tree->nodes_count == GATHER_NODES_MAX)
        return STATUS_FULL;
    *out = tree->nodes_count++;
    tree->node[*out] = (struct node){
        .name = name.at,
        .size = name.size,
        .column = GATHER_NOWHERE,
        .in_row = tree->node[parent].in_row,
        .next = tree->node[parent].child,
    };
    tree->node[parent].child = *out;
    tree->node[parent].has_attributes |= name.at[0] == '@';
    return STATUS_OK;
}

static enum status add_path(struct tree *tree, unsigned root, const char *path, unsigned *out)
{
    unsigned node = root;
    while (*path != '\0') {
        size_t size = strcspn(path, "/");
        TRY(add_node(tree, node, (struct slice){path, size}, &node));
        path += size + (path[size] == '/');
    }
    *out = node;
    return STATUS_OK;
}

static enum status grow_form(struct tree *tree, unsigned root, const struct gather_form *form)
{
    unsigned node;
    TRY(add_path(tree, root, form->row, &node));
    tree->node[node].is_row = true;
    tree->node[node].in_row = true;
    for (unsigned i = 0; i < form->paths_count; i++) {
        const struct gather_path *path = &form->paths[i];
        must(path->column < GATHER_COLUMNS_MAX);
        TRY(add_path(tree, root, path->path, &node));
        tree->node[node].column = path->column;
        tree->node[node].how = path->how;
        tree->node[node].path = path->path;
    }
    return STATUS_OK;
}

enum status tree_grow(struct tree *tree, const struct gather_form *forms, unsigned forms_count)
{
    must(forms_count < GATHER_NODES_MAX);
    tree->forms = forms;
    tree->forms_count = forms_count;
    tree->nodes_count = 1 + forms_count;
    for (unsigned i = 0; i < forms_count; i++) {
        tree->node[1 + i].column = GATHER_NOWHERE;
        TRY(grow_form(tree, 1 + i, &forms[i]));
    }
    return STATUS_OK;
}

struct slice gather_column_path(const struct gather_form *form, unsigned column)
{
    for (unsigned i = form->paths_count; i-- > 0;)
        if (form->paths[i].column == column)
            return slice_of(form->paths[i].path);
    return slice_of(form->row);
}

void text_add_forms(struct text *text, const struct gather_form *forms, unsigned forms_count)
{
    for (unsigned i = 0; i < forms_count; i++)
        text_addf(text, "%s%s.001.%02u–%02u", i == 0 ? "" : ", ", forms[i].message,
                  forms[i].version_min, forms[i].version_max);
}

/* ---- namespaces ---- */

static const struct {
    struct slice prefix;
    struct slice tail;
} SPACES[] = {
#define SPACE(prefix, tail) {{prefix, sizeof(prefix) - 1}, {tail, sizeof(tail) - 1}},
#include "spaces.inc"
#undef SPACE
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "pacs.008.001.08" and nothing but digits behind it. */
static bool is_numbered(struct slice rest, struct slice tail)
{
    if (rest.size == 0)
        return true;
    if (tail.size == 0 || !slice_starts(rest, tail) || rest.size == tail.size)
        return false;
    for (size_t i = tail.size; i < rest.size; i++)
        if (!is_digit(rest.at[i]))
            return false;
    return true;
}

enum { MESSAGE_SIZE = 8, NAME_SIZE = 15 }; /* of "pacs.008" and "pacs.008.001.08" */

struct space space_of(struct slice uri)
{
    struct space space = {0};
    for (size_t i = 0; i < sizeof SPACES / sizeof SPACES[0]; i++) {
        if (!slice_starts(uri, SPACES[i].prefix))
            continue;
        struct slice rest = {uri.at + SPACES[i].prefix.size, uri.size - SPACES[i].prefix.size};
        space.message = rest;
        space.known = true;
        if (rest.size < NAME_SIZE || rest.at[4] != '.' || rest.at[MESSAGE_SIZE] != '.' ||
            rest.at[12] != '.' || !is_digit(rest.at[13]) || !is_digit(rest.at[14]))
            return space;
        struct slice behind = {rest.at + NAME_SIZE, rest.size - NAME_SIZE};
        if (memcmp(rest.at + 9, "001", 3) != 0 || !is_numbered(behind, SPACES[i].tail))
            return space;
        space.message = (struct slice){rest.at, MESSAGE_SIZE};
        space.version = (unsigned)(rest.at[13] - '0') * 10 + (unsigned)(rest.at[14] - '0');
        return space;
    }
    return space;
}
