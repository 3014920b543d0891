/* outline.c -- libyaml's document, and how we complain about it.
 *
 * Not chosen:  reading libyaml's events.  Such a file is a page long; that its keys come in any
 * order is worth more than the memory of its tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "outline.h"

#include <yaml.h>

enum { WORD_MAX = 40 };

static void add_place(struct text why[TONGUES_COUNT], const char *path, yaml_mark_t mark)
{
    for (int i = 0; i < TONGUES_COUNT; i++)
        text_addf(&why[i], "%s:%zu:%zu: ", path, mark.line + 1, mark.column + 1);
}

static yaml_node_t *node_of(const struct outline *outline, outline_node node)
{
    yaml_node_t *found = yaml_document_get_node(outline->document, node);
    must(found != NULL); /* node numbers come only from this document */
    return found;
}

static enum status check_keys(const struct outline *outline, outline_node map)
{
    for (unsigned i = 0; i < outline_count(outline, map); i++) {
        outline_node key = outline_key(outline, map, i);
        if (outline_type(outline, key) != OUTLINE_TEXT)
            return outline_complain(outline, key, SAYING("a key must be a word", "键必须是一个词"));
        for (unsigned j = 0; j < i; j++)
            if (slice_equal(outline_text(outline, key),
                            outline_text(outline, outline_key(outline, map, j))))
                return outline_complain(outline, key,
                                        SAYING("the key `%` is there twice", "键 `%` 重复"));
    }
    return STATUS_OK;
}

/* Every map of the document. */
static enum status check_all_keys(const struct outline *outline)
{
    const yaml_document_t *document = outline->document;
    int count = (int)(document->nodes.top - document->nodes.start);
    for (int node = 1; node <= count; node++)
        if (outline_type(outline, node) == OUTLINE_MAP)
            TRY(check_keys(outline, node));
    return STATUS_OK;
}

static enum status load(yaml_parser_t *parser, struct outline *outline)
{
    bool loaded = yaml_parser_load(parser, outline->document) != 0;
    if (loaded && yaml_document_get_root_node(outline->document) != NULL)
        return STATUS_OK;
    struct text *why = outline->why;
    yaml_mark_t mark = loaded ? (yaml_mark_t){0} : parser->problem_mark;
    const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
    if (loaded)
        yaml_document_delete(outline->document);
    add_place(why, outline->path, mark);
    text_addf(&why[TONGUE_EN], loaded ? "the file is empty" : "is not YAML: %s", problem);
    text_addf(&why[TONGUE_ZH], loaded ? "文件为空" : "不是有效的 YAML：%s", problem);
    return STATUS_MALFORMED;
}

enum status outline_open(struct outline *out, const char *path, struct slice text,
                         struct arena *scratch, struct text why[TONGUES_COUNT])
{
    struct outline outline = {.path = path, .why = why};
    yaml_document_t *document;
    yaml_parser_t parser;
    TRY(ARENA_NEW(scratch, 1, &document));
    if (yaml_parser_initialize(&parser) == 0)
        return STATUS_FULL;
    outline.document = document;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.at, text.size);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    enum status status = load(&parser, &outline);
    yaml_parser_delete(&parser);
    TRY(status);
    status = check_all_keys(&outline);
    if (status == STATUS_OK)
        *out = outline;
    else
        outline_close(&outline);
    return status;
}

void outline_close(struct outline *outline)
{
    if (outline->document != NULL)
        yaml_document_delete(outline->document);
    outline->document = NULL;
}

outline_node outline_root(const struct outline *outline)
{
    (void)outline;
    return 1;
}

enum outline_type outline_type(const struct outline *outline, outline_node node)
{
    const yaml_node_t *of = node_of(outline, node);
    switch (of->type) {
    case YAML_SCALAR_NODE: {
        struct slice text = outline_text(outline, node);
        bool nothing =
            text.size == 0 || slice_equal(text, SLICE("~")) || slice_equal(text, SLICE("null"));
        return nothing && !outline_quoted(outline, node) ? OUTLINE_NOTHING : OUTLINE_TEXT;
    }
    case YAML_SEQUENCE_NODE:
        return OUTLINE_LIST;
    case YAML_MAPPING_NODE:
        return OUTLINE_MAP;
    case YAML_NO_NODE:
    default:
        return OUTLINE_NOTHING;
    }
}

struct slice outline_text(const struct outline *outline, outline_node node)
{
    const yaml_node_t *of = node_of(outline, node);
    if (of->type != YAML_SCALAR_NODE)
        return SLICE("");
    return (struct slice){(const char *)of->data.scalar.value, of->data.scalar.length};
}

bool outline_quoted(const struct outline *outline, outline_node node)
{
    const yaml_node_t *of = node_of(outline, node);
    return of->type == YAML_SCALAR_NODE && of->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

void outline_place(const struct outline *outline, outline_node node, unsigned *line,
                   unsigned *column)
{
    yaml_mark_t mark = node_of(outline, node)->start_mark;
    *line = (unsigned)mark.line + 1;
    *column = (unsigned)mark.column + 1;
}

unsigned outline_count(const struct outline *outline, outline_node node)
{
    const yaml_node_t *of = node_of(outline, node);
    switch (outline_type(outline, node)) {
    case OUTLINE_LIST:
        return (unsigned)(of->data.sequence.items.top - of->data.sequence.items.start);
    case OUTLINE_MAP:
        return (unsigned)(of->data.mapping.pairs.top - of->data.mapping.pairs.start);
    case OUTLINE_TEXT:
        return 1;
    case OUTLINE_NOTHING:
    default:
        return 0;
    }
}

outline_node outline_item(const struct outline *outline, outline_node node, unsigned i)
{
    const yaml_node_t *of = node_of(outline, node);
    must(i < outline_count(outline, node));
    return of->type == YAML_SEQUENCE_NODE ? of->data.sequence.items.start[i] : node;
}

outline_node outline_key(const struct outline *outline, outline_node node, unsigned i)
{
    must(i < outline_count(outline, node));
    return node_of(outline, node)->data.mapping.pairs.start[i].key;
}

outline_node outline_value(const struct outline *outline, outline_node node, unsigned i)
{
    must(i < outline_count(outline, node));
    return node_of(outline, node)->data.mapping.pairs.start[i].value;
}

/* ---- complaints ---- */

static void add_saying(struct text *text, const char *saying, struct slice about)
{
    const char *hole = strchr(saying, '%');
    if (hole == NULL) {
        text_add_string(text, saying);
        return;
    }
    text_add(text, (struct slice){saying, (size_t)(hole - saying)});
    text_add(text, (struct slice){about.at, about.size > WORD_MAX ? WORD_MAX : about.size});
    text_add_string(text, hole + 1);
}

enum status outline_complain(const struct outline *outline, outline_node node, struct saying saying)
{
    add_place(outline->why, outline->path, node_of(outline, node)->start_mark);
    struct slice about = outline_text(outline, node);
    for (int i = 0; i < TONGUES_COUNT; i++)
        add_saying(&outline->why[i], saying.in[i], about);
    return STATUS_MALFORMED;
}

/* Letters to change, add, leave out or swap to make one word of the other. */
static unsigned word_distance(struct slice a, struct slice b)
{
    unsigned row[3][WORD_MAX + 1];
    for (unsigned j = 0; j <= b.size; j++)
        row[0][j] = j;
    for (unsigned i = 1; i <= a.size; i++) {
        unsigned *now = row[i % 3];
        const unsigned *before = row[(i + 2) % 3];
        const unsigned *twice_before = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b.size; j++) {
            unsigned least = before[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            if (before[j] + 1 < least)
                least = before[j] + 1;
            if (now[j - 1] + 1 < least)
                least = now[j - 1] + 1;
            bool swapped =
                i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
            if (swapped && twice_before[j - 2] + 1 < least)
                least = twice_before[j - 2] + 1;
            now[j] = least;
        }
    }
    return row[a.size % 3][b.size];
}

const struct slice *nearest_word(struct slice word, const struct slice *known, unsigned known_count)
{
    const struct slice *nearest = NULL;
    unsigned least = (unsigned)(word.size + 2) / 3;
    for (unsigned i = 0; i < known_count && word.size <= WORD_MAX; i++) {
        if (known[i].size > WORD_MAX)
            continue;
        unsigned distance = word_distance(word, known[i]);
        if (distance < least || (distance == least && nearest == NULL)) {
            least = distance;
            nearest = &known[i];
        }
    }
    return nearest;
}

enum status outline_unknown(const struct outline *outline, outline_node node, struct saying what,
                            const struct slice *known, unsigned known_count)
{
    struct text *why = outline->why;
    (void)outline_complain(outline, node, what);
    const struct slice *nearest = nearest_word(outline_text(outline, node), known, known_count);
    if (nearest != NULL) {
        text_addf(&why[TONGUE_EN], "; did you mean `%.*s`?", (int)nearest->size, nearest->at);
        text_addf(&why[TONGUE_ZH], "；是不是 `%.*s`？", (int)nearest->size, nearest->at);
        return STATUS_MALFORMED;
    }
    text_add_string(&why[TONGUE_EN], "; known are");
    text_add_string(&why[TONGUE_ZH], "；可用的有");
    for (unsigned i = 0; i < known_count; i++) {
        text_addf(&why[TONGUE_EN], "%s%.*s", i == 0 ? " " : ", ", (int)known[i].size, known[i].at);
        text_addf(&why[TONGUE_ZH], "%s%.*s", i == 0 ? " " : "、", (int)known[i].size, known[i].at);
    }
    return STATUS_MALFORMED;
}

enum status outline_keys(const struct outline *outline, outline_node map, const struct slice *keys,
                         unsigned keys_count, outline_node *value)
{
    for (unsigned k = 0; k < keys_count; k++)
        value[k] = -1;
    TRY(outline_want(outline, map, OUTLINE_MAP));
    for (unsigned i = 0; i < outline_count(outline, map); i++) {
        outline_node key = outline_key(outline, map, i);
        unsigned k = 0;
        while (k < keys_count && !slice_equal(outline_text(outline, key), keys[k]))
            k++;
        if (k == keys_count)
            return outline_unknown(outline, key, SAYING("there is no key `%`", "没有键 `%`"), keys,
                                   keys_count);
        value[k] = outline_value(outline, map, i);
    }
    return STATUS_OK;
}

enum status outline_want(const struct outline *outline, outline_node node, enum outline_type type)
{
    if (outline_type(outline, node) == type)
        return STATUS_OK;
    switch (type) {
    case OUTLINE_TEXT:
        return outline_complain(outline, node, SAYING("a word is wanted here", "此处应为一个值"));
    case OUTLINE_LIST:
        return outline_complain(outline, node, SAYING("a list is wanted here", "此处应为列表"));
    case OUTLINE_MAP:
    case OUTLINE_NOTHING:
    default:
        return outline_complain(outline, node,
                                SAYING("`key: value` lines are wanted here", "此处应为“键: 值”"));
    }
}
