/* view.c -- views in the store: a row each, its words sealed beside its id.
 *
 *      sealed   "id\nrefresh\nname\nsort\ncolumns\nfilter", for no text holds the end of a line */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view.h"

#include "ground/limits.h"

#include <stdlib.h>

enum { ID_BYTES = 8, WORD_MAX = 64, PLAIN_MAX = 8192 };

#define COLUMNS "id, organisation, owner, shared, what, sealed, created, changed"
enum { COLUMNS_COUNT = 8 };

const struct store_migration VIEW_MIGRATIONS[VIEW_MIGRATIONS_COUNT] = {
    {"views that people keep",
     "CREATE TABLE saved_view (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organisation "
     "TEXT NOT NULL, owner TEXT NOT NULL, shared INTEGER NOT NULL, what TEXT NOT NULL, sealed BLOB "
     "NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL);"
     "CREATE INDEX saved_view_owner ON saved_view (organisation, owner, number);"
     "CREATE INDEX saved_view_shared ON saved_view (organisation, number) WHERE shared = 1;"},
};

/* ---- form ---- */

static bool line_holds(struct slice text, size_t most)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
            return false;
    return text.size <= most && utf8_valid(text);
}

/* Words of a-z 0-9 _ . with commas between. */
static bool columns_hold(struct slice text)
{
    size_t count = text.size > 0, size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (c == ',' ? size == 0 : !letter)
            return false;
        size = c == ',' ? 0 : size + 1;
        count += c == ',';
        if (size > WORD_MAX)
            return false;
    }
    return count <= VIEW_COLUMNS_MAX && (text.size == 0 || size > 0);
}

bool view_holds(const struct view *view)
{
    return view->name.size > 0 && line_holds(view->name, VIEW_NAME_MAX) &&
           line_holds(view->filter, FILTER_BYTES_MAX) && line_holds(view->sort, WORD_MAX) &&
           view->what.size > 0 && line_holds(view->what, WORD_MAX) && columns_hold(view->columns) &&
           view->refresh_s >= 0 && view->refresh_s <= VIEW_REFRESH_MAX_S;
}

/* ---- sealed ---- */

static enum status words_seal(const struct view_keeper *keeper, const struct view *view,
                              struct arena *request, struct slice *out)
{
    char *bytes = NULL;
    unsigned char *sealed = NULL;
    TRY(arena_take(request, PLAIN_MAX, (void **)&bytes));
    struct text plain = text_over(bytes, PLAIN_MAX);
    text_addf(&plain, "%s\n%lld\n", view->id, (long long)view->refresh_s);
    const struct slice words[] = {view->name, view->sort, view->columns};
    for (unsigned i = 0; i < 3; i++) {
        text_add(&plain, words[i]);
        text_add_char(&plain, '\n');
    }
    text_add(&plain, view->filter);
    if (plain.full)
        return STATUS_MALFORMED;
    TRY(arena_take(request, plain.size + SECRET_OVERHEAD, (void **)&sealed));
    TRY(secret_seal(&keeper->key, keeper->chance, text_slice(&plain), sealed));
    *out = (struct slice){(const char *)sealed, plain.size + SECRET_OVERHEAD};
    return STATUS_OK;
}

/* Up to the end of the line, which is taken, too. */
static struct slice line_take(struct slice *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->at, '\n', rest->size);
    struct slice line = {rest->at, end == NULL ? rest->size : (size_t)(end - rest->at)};
    size_t taken = line.size + (end != NULL);
    rest->at += taken;
    rest->size -= taken;
    return line;
}

static enum status words_open(const struct view_keeper *keeper, struct slice sealed,
                              struct arena *request, struct view *view)
{
    unsigned char *plain = NULL;
    if (sealed.size < SECRET_OVERHEAD)
        return STATUS_MALFORMED;
    size_t size = sealed.size - SECRET_OVERHEAD;
    TRY(arena_take(request, size + 1, (void **)&plain));
    if (secret_open(&keeper->key, sealed, plain) != STATUS_OK)
        return STATUS_MALFORMED;
    plain[size] = '\0';
    struct slice rest = {(const char *)plain, size};
    if (!slice_equal(line_take(&rest), slice_of(view->id)))
        return STATUS_MALFORMED;
    view->refresh_s = strtoll(line_take(&rest).at, NULL, 10);
    view->name = line_take(&rest);
    view->sort = line_take(&rest);
    view->columns = line_take(&rest);
    view->filter = rest;
    return STATUS_OK;
}

/* ---- changing ---- */

static enum status count_of(struct store *store, const struct view *view, int64_t *out)
{
    static const char OWN[] =
        "SELECT COUNT(*) FROM saved_view WHERE organisation = ?1 AND owner = ?2";
    static const char SHARED[] = "SELECT COUNT(*) FROM saved_view WHERE organisation = ?1 AND "
                                 "shared = 1";
    const struct store_value values[] = {STORE_OF_TEXT(view->organisation),
                                         STORE_OF_TEXT(view->owner)};
    struct store_rows *rows = NULL;
    struct store_value at[1];
    TRY(store_query(store, view->shared ? SHARED : OWN, values, view->shared ? 1 : 2, &rows));
    enum status status = store_next(rows, at, 1);
    if (status == STATUS_OK)
        *out = at[0].whole;
    store_end(rows);
    return status;
}

static enum status id_draw(const struct view_keeper *keeper, char id[VIEW_ID_SIZE])
{
    struct secret random;
    struct text text = text_over(id, VIEW_ID_SIZE);
    TRY(secret_draw(keeper->chance, &random));
    text_add_string(&text, "v_");
    text_add_hex(&text, (struct slice){(const char *)random.bytes, ID_BYTES});
    return STATUS_OK;
}

enum status view_add(const struct view_keeper *keeper, struct view *view, moment now,
                     struct arena *request)
{
    static const char ADD[] = "INSERT INTO saved_view (id, organisation, owner, shared, what, "
                              "sealed, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    int64_t count = 0;
    struct slice sealed;
    if (!view_holds(view))
        return STATUS_MALFORMED;
    TRY(count_of(keeper->store, view, &count));
    if (count >= (view->shared ? VIEWS_SHARED_MAX : VIEWS_OF_PERSON_MAX))
        return STATUS_FULL;
    TRY(id_draw(keeper, view->id));
    TRY(words_seal(keeper, view, request, &sealed));
    view->created = view->changed = now;
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(view->id)),
                                         STORE_OF_TEXT(view->organisation),
                                         STORE_OF_TEXT(view->owner),
                                         STORE_OF_WHOLE(view->shared),
                                         STORE_OF_TEXT(view->what),
                                         STORE_OF_BYTES(sealed),
                                         STORE_OF_WHOLE(now.ms)};
    return store_run(keeper->store, ADD, values, 7);
}

enum status view_change(const struct view_keeper *keeper, const struct view *view, moment now,
                        struct arena *request)
{
    static const char CHANGE[] =
        "UPDATE saved_view SET shared = ?2, what = ?3, sealed = ?4, changed = ?5 WHERE id = ?1";
    struct slice sealed;
    if (!view_holds(view))
        return STATUS_MALFORMED;
    TRY(words_seal(keeper, view, request, &sealed));
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(view->id)),
                                         STORE_OF_WHOLE(view->shared), STORE_OF_TEXT(view->what),
                                         STORE_OF_BYTES(sealed), STORE_OF_WHOLE(now.ms)};
    TRY(store_run(keeper->store, CHANGE, values, 5));
    return store_changed(keeper->store) > 0 ? STATUS_OK : STATUS_ABSENT;
}

enum status view_remove(const struct view_keeper *keeper, struct slice id)
{
    static const char REMOVE[] = "DELETE FROM saved_view WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    TRY(store_run(keeper->store, REMOVE, &value, 1));
    return store_changed(keeper->store) > 0 ? STATUS_OK : STATUS_ABSENT;
}

/* ---- looking ---- */

static enum status view_of(const struct view_keeper *keeper, const struct store_value *at,
                           struct arena *request, struct view *out)
{
    struct text id = text_over(out->id, sizeof out->id);
    text_add(&id, at[0].bytes);
    out->shared = at[3].whole != 0;
    out->created = (moment){at[6].whole};
    out->changed = (moment){at[7].whole};
    TRY(slice_copy(request, at[1].bytes, &out->organisation));
    TRY(slice_copy(request, at[2].bytes, &out->owner));
    TRY(slice_copy(request, at[4].bytes, &out->what));
    return words_open(keeper, at[5].bytes, request, out);
}

enum status view_find(const struct view_keeper *keeper, struct store *reader, struct slice id,
                      struct arena *request, struct view *out)
{
    static const char FIND[] = "SELECT " COLUMNS " FROM saved_view WHERE id = ?1";
    const struct store_value value = STORE_OF_TEXT(id);
    struct store_value at[COLUMNS_COUNT];
    TRY(store_one(reader, FIND, &value, 1, at, COLUMNS_COUNT, request));
    return view_of(keeper, at, request, out);
}

enum status view_list(const struct view_keeper *keeper, struct store *reader,
                      struct slice organisation, struct slice owner, struct slice what,
                      struct arena *request, struct view_sink sink)
{
    static const char FIND[] =
        "SELECT " COLUMNS " FROM saved_view WHERE organisation = ?1 AND (owner = ?2 OR shared = 1) "
        "AND (?3 = '' OR what = ?3) ORDER BY number LIMIT ?4";
    const struct store_value values[] = {STORE_OF_TEXT(organisation), STORE_OF_TEXT(owner),
                                         STORE_OF_TEXT(what),
                                         STORE_OF_WHOLE(VIEWS_OF_PERSON_MAX + VIEWS_SHARED_MAX)};
    struct store_rows *rows = NULL;
    struct store_value at[COLUMNS_COUNT];
    TRY(store_query(reader, FIND, values, 4, &rows));
    enum status status = store_next(rows, at, COLUMNS_COUNT);
    while (status == STATUS_OK) {
        struct view view;
        status = view_of(keeper, at, request, &view);
        if (status == STATUS_OK)
            status = sink.take(sink.self, &view);
        if (status == STATUS_OK)
            status = store_next(rows, at, COLUMNS_COUNT);
    }
    store_end(rows);
    return status == STATUS_END ? STATUS_OK : status;
}
