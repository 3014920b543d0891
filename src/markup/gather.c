/* gather.c -- from the events of a document to rows.
 *
 * A walk through two trees at once: the document's, which goes by, and the form's.  Where the form
 * has no such element the whole of it is passed over; so what stands in a foreign envelope, a
 * signature or supplementary data is never taken for a value, whatever it is called.
 *
 * Invariants:  1. Values come from elements in the namespace of their message's root only.
 *              2. A row has values of its own message and of itself, never of the row before.
 *              3. Every document gives a row, a message or a stranger: none is silent.
 * Not chosen:  beginning again behind a broken document.  What follows may be a text that somebody
 *              wrote to look like a message. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gather_inside.h"

enum { SHOWN_BYTES = 128 };

static const char MARK[] = "\xEF\xBB\xBF"; /* of UTF-8, before a document */

struct gather {
    struct tree tree;
    struct gather_sink sink;
    struct markup *markup;
    uint64_t line; /* of the next document */
    bool begun;    /* a document is */
    bool told;     /* it gave something */
    uint64_t outer_line;
    char outer[SHOWN_BYTES]; /* the namespace of its outermost element, or the element */

    bool inside; /* a message */
    unsigned form, version;
    unsigned root_depth;
    unsigned skip_depth; /* an element passed over; 0: none */
    unsigned depth;
    struct slice space;
    unsigned node[MARKUP_DEPTH_MAX + 1];
    uint64_t message_line, row_line, rows_count;
    bool in_row;
    const char *twice_message, *twice_row;

    unsigned taking; /* the column that texts go to */
    unsigned taking_depth;
    size_t taking_from;
    uint32_t row_columns; /* of the form */
    uint32_t seen;
    struct text column[GATHER_COLUMNS_MAX];
    struct slice value[GATHER_COLUMNS_MAX];
    char room[GATHER_COLUMNS_MAX][GATHER_VALUE_BYTES + 1];
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- values ---- */

static void clear_columns(struct gather *gather, uint32_t columns)
{
    gather->seen &= ~columns;
    for (unsigned i = 0; i < GATHER_COLUMNS_MAX; i++)
        if ((columns >> i & 1) != 0)
            gather->column[i] = text_over(gather->room[i], sizeof gather->room[i]);
}

/* Whether the value of this node is to be taken, by what was seen before. */
static bool wants(struct gather *gather, const struct node *node)
{
    uint32_t bit = (uint32_t)1 << node->column;
    bool again = (gather->seen & bit) != 0;
    gather->seen |= bit;
    if (!again)
        return true;
    if (node->how == GATHER_ONCE && node->in_row)
        gather->twice_row = node->path;
    else if (node->how == GATHER_ONCE)
        gather->twice_message = node->path;
    if (node->how == GATHER_JOINED)
        text_add_char(&gather->column[node->column], '\n');
    return node->how == GATHER_JOINED;
}

static void add_piece(struct gather *gather, unsigned column, size_t from, struct slice piece)
{
    struct text *text = &gather->column[column];
    while (text->size == from && piece.size != 0 && is_blank(piece.at[0])) {
        piece.at++;
        piece.size--;
    }
    text_add(text, piece);
}

static void end_value(struct gather *gather, unsigned column, size_t from)
{
    struct text *text = &gather->column[column];
    while (text->size > from && is_blank(text->at[text->size - 1]))
        text->at[--text->size] = '\0';
}

static void take_attributes(struct gather *gather, unsigned node,
                            const struct markup_element *element)
{
    for (unsigned i = gather->tree.node[node].child; i != 0; i = gather->tree.node[i].next) {
        const struct node *of = &gather->tree.node[i];
        char name[32];
        if (of->name[0] != '@')
            continue;
        struct text text = text_over(name, sizeof name);
        text_add(&text, (struct slice){of->name + 1, of->size - 1});
        struct slice value = markup_attribute(element, name);
        if (value.at == NULL || !wants(gather, of))
            continue;
        size_t from = gather->column[of->column].size;
        add_piece(gather, of->column, from, value);
        end_value(gather, of->column, from);
    }
}

/* ---- rows and messages ---- */

static struct gathered gathered_of(struct gather *gather, uint64_t line)
{
    for (unsigned i = 0; i < GATHER_COLUMNS_MAX; i++)
        gather->value[i] = text_slice(&gather->column[i]);
    const char *twice = gather->twice_row != NULL ? gather->twice_row : gather->twice_message;
    return (struct gathered){
        .form = gather->form,
        .version = gather->version,
        .line = line,
        .rows_count = gather->rows_count,
        .column = gather->value,
        .twice = twice,
    };
}

static void begin_row(struct gather *gather, uint64_t line)
{
    gather->in_row = true;
    gather->row_line = line;
    gather->twice_row = NULL;
    clear_columns(gather, gather->row_columns);
}

static enum status end_row(struct gather *gather)
{
    gather->rows_count++;
    struct gathered row = gathered_of(gather, gather->row_line);
    enum status status = gather->sink.row(gather->sink.self, &row);
    gather->in_row = false;
    gather->twice_row = NULL;
    clear_columns(gather, gather->row_columns);
    return status;
}

static void begin_message(struct gather *gather, unsigned form, unsigned version,
                          const struct markup_element *element)
{
    const struct tree *tree = &gather->tree;
    gather->told = true;
    gather->inside = true;
    gather->form = form;
    gather->version = version;
    gather->root_depth = element->depth;
    gather->node[element->depth] = 1 + form;
    gather->space = element->space;
    gather->message_line = element->line;
    gather->rows_count = 0;
    gather->in_row = false;
    gather->twice_message = gather->twice_row = NULL;
    gather->row_columns = 0;
    for (unsigned i = 0; i < tree->nodes_count; i++)
        if (tree->node[i].in_row && tree->node[i].column != GATHER_NOWHERE)
            gather->row_columns |= (uint32_t)1 << tree->node[i].column;
    clear_columns(gather, UINT32_MAX);
}

static enum status end_message(struct gather *gather)
{
    struct gathered message = gathered_of(gather, gather->message_line);
    gather->inside = false;
    return gather->sink.message(gather->sink.self, &message);
}

/* ---- what stands outside of messages ---- */

static enum status tell_stranger(struct gather *gather, enum stranger_why why, unsigned form,
                                 const struct markup_element *element)
{
    char room[MARKUP_PATH_BYTES];
    struct text path = text_over(room, sizeof room);
    text_add_markup_path(&path, gather->markup);
    struct gather_stranger stranger = {
        .why = why,
        .form = form,
        .line = element->line,
        .value = element->space.size != 0 ? element->space : element->name,
        .path = text_slice(&path),
    };
    gather->told = true;
    gather->skip_depth = element->depth;
    return gather->sink.stranger(gather->sink.self, &stranger);
}

/* By its name it is the root of a message of this form; its namespace must say so too, or nothing.
 */
static enum status open_root(struct gather *gather, unsigned form, struct space space,
                             const struct markup_element *element)
{
    const struct gather_form *of = &gather->tree.forms[form];
    if (element->space.size != 0 && !slice_equal(space.message, slice_of(of->message)))
        return tell_stranger(gather, STRANGER_SPACE, form, element);
    if (element->space.size != 0 &&
        (space.version < of->version_min || space.version > of->version_max))
        return tell_stranger(gather, STRANGER_VERSION, form, element);
    begin_message(gather, form, space.version, element);
    return STATUS_OK;
}

static bool is_header(struct space space)
{
    return slice_starts(space.message, SLICE("head.")) || slice_starts(space.message, SLICE("$ah"));
}

static enum status open_outside(struct gather *gather, const struct markup_element *element)
{
    const struct tree *tree = &gather->tree;
    struct space space = space_of(element->space);
    for (unsigned i = 0; i < tree->forms_count; i++)
        if (slice_equal(element->name, slice_of(tree->forms[i].root)))
            return open_root(gather, i, space, element);
    if (!space.known)
        return STATUS_OK; /* an envelope */
    if (is_header(space)) {
        gather->skip_depth = element->depth;
        return STATUS_OK;
    }
    for (unsigned i = 0; i < tree->forms_count; i++)
        if (slice_equal(space.message, slice_of(tree->forms[i].message)) &&
            slice_equal(element->name, SLICE("Document")))
            return STATUS_OK;
    return tell_stranger(gather, STRANGER_MESSAGE, 0, element);
}

/* ---- events ---- */

static void note_outer(struct gather *gather, const struct markup_element *element)
{
    struct text text = text_over(gather->outer, sizeof gather->outer);
    text_add(&text, element->space.size != 0 ? element->space : element->name);
    gather->outer_line = element->line;
}

static enum status take_open(void *self, const struct markup_element *element)
{
    struct gather *gather = self;
    gather->depth = element->depth;
    if (element->depth == 1)
        note_outer(gather, element);
    if (gather->skip_depth != 0)
        return STATUS_OK;
    if (!gather->inside)
        return open_outside(gather, element);
    bool ours = element->space.at == gather->space.at || slice_equal(element->space, gather->space);
    unsigned node =
        ours ? tree_find(&gather->tree, gather->node[element->depth - 1], element->name) : 0;
    if (node == 0) {
        gather->skip_depth = element->depth;
        return STATUS_OK;
    }
    const struct node *of = &gather->tree.node[node];
    gather->node[element->depth] = node;
    gather->taking = GATHER_NOWHERE;
    if (of->is_row)
        begin_row(gather, element->line);
    if (of->column != GATHER_NOWHERE && wants(gather, of)) {
        gather->taking = of->column;
        gather->taking_depth = element->depth;
        gather->taking_from = gather->column[of->column].size;
    }
    if (of->has_attributes)
        take_attributes(gather, node, element);
    return STATUS_OK;
}

static enum status take_text(void *self, struct slice piece)
{
    struct gather *gather = self;
    if (gather->taking != GATHER_NOWHERE && gather->skip_depth == 0 &&
        gather->depth == gather->taking_depth)
        add_piece(gather, gather->taking, gather->taking_from, piece);
    return STATUS_OK;
}

static enum status take_close(void *self, unsigned depth)
{
    struct gather *gather = self;
    gather->depth = depth - 1;
    if (gather->skip_depth != 0) {
        if (gather->skip_depth == depth)
            gather->skip_depth = 0;
        return STATUS_OK;
    }
    if (!gather->inside)
        return STATUS_OK;
    if (depth == gather->root_depth)
        return end_message(gather);
    if (gather->taking != GATHER_NOWHERE && depth == gather->taking_depth) {
        end_value(gather, gather->taking, gather->taking_from);
        gather->taking = GATHER_NOWHERE;
    }
    return gather->tree.node[gather->node[depth]].is_row ? end_row(gather) : STATUS_OK;
}

/* ---- documents ---- */

enum status gather_create(struct gather **out, const struct gather_form *forms,
                          unsigned forms_count, struct gather_sink sink, struct arena *boot)
{
    struct gather *gather;
    TRY(ARENA_NEW(boot, 1, &gather));
    TRY(tree_grow(&gather->tree, forms, forms_count));
    struct markup_sink events = {take_open, take_text, take_close, gather};
    TRY(markup_create(&gather->markup, events, boot));
    gather->sink = sink;
    gather_begin(gather, 1);
    *out = gather;
    return STATUS_OK;
}

void gather_begin(struct gather *gather, uint64_t line)
{
    gather->line = line;
    gather->begun = false;
    gather->inside = false;
    gather->in_row = false;
    gather->skip_depth = 0;
    gather->depth = 0;
    gather->taking = GATHER_NOWHERE;
    markup_begin(gather->markup, line);
}

/* Passes over what may stand between two documents.  False: nothing else is at hand. */
static bool find_document(struct gather *gather, struct slice bytes, bool last, size_t *used)
{
    while (*used < bytes.size) {
        struct slice rest = {bytes.at + *used, bytes.size - *used};
        size_t size = rest.size < sizeof MARK - 1 ? rest.size : sizeof MARK - 1;
        if (is_blank(rest.at[0])) {
            gather->line += rest.at[0] == '\n';
            ++*used;
        } else if (memcmp(rest.at, MARK, size) != 0) {
            return true;
        } else if (size < sizeof MARK - 1) {
            return last; /* half a mark, perhaps */
        } else {
            *used += size;
        }
    }
    return false;
}

static void begin_document(struct gather *gather)
{
    gather_begin(gather, gather->line);
    gather->begun = true;
    gather->told = false;
}

/* The document ended. */
static enum status end_document(struct gather *gather)
{
    gather->line = markup_line(gather->markup);
    gather->begun = false;
    if (gather->told)
        return STATUS_OK;
    struct gather_stranger stranger = {
        .why = STRANGER_NOTHING,
        .line = gather->outer_line,
        .value = slice_of(gather->outer),
        .path = SLICE("/"),
    };
    return gather->sink.stranger(gather->sink.self, &stranger);
}

enum status gather_read(struct gather *gather, struct slice bytes, bool last, size_t *used)
{
    *used = 0;
    for (;;) {
        if (!gather->begun && !find_document(gather, bytes, last, used))
            return last ? STATUS_END : STATUS_OK;
        if (!gather->begun)
            begin_document(gather);
        size_t of_document;
        struct slice rest = {bytes.at + *used, bytes.size - *used};
        enum status status = markup_read(gather->markup, rest, last, &of_document);
        *used += of_document;
        if (status != STATUS_END)
            return status;
        TRY(end_document(gather));
    }
}

const struct markup_trouble *gather_trouble(const struct gather *gather)
{
    return markup_trouble(gather->markup);
}

bool gather_is_in_row(const struct gather *gather, uint64_t *line)
{
    if (gather->inside && gather->in_row)
        *line = gather->row_line;
    return gather->inside && gather->in_row;
}

void gather_destroy(struct gather *gather)
{
    if (gather != NULL)
        markup_destroy(gather->markup);
}
