/* lines_postgres.c -- a register in PostgreSQL, through libpq: prepared once for each connection,
 * asked with values apart from the text, in a session that cannot write.
 *
 * Invariants:  1. A connection that was lost is made again once for each question; if that fails,
 *                 the register is not there at the moment, and no answer is made up.
 *              2. The server waits at most ASK_MS for one question.
 * Where libpq was not there at the build, opening says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/lines_inside.h"

#ifdef HAVE_POSTGRES
#include <libpq-fe.h>

enum { CONNECTION_MAX = 4096, VALUE_MAX = 1024 };

struct postgres_lines {
    PGconn *connection;
    char *how; /* to connect */
    struct lines_sql sql;
    unsigned columns;
    bool holders;
};

static bool command_ok(PGresult *result, ExecStatusType wanted)
{
    bool ok = PQresultStatus(result) == wanted;
    PQclear(result);
    return ok;
}

static void disconnect(struct postgres_lines *lines)
{
    PQfinish(lines->connection);
    lines->connection = NULL;
}

static enum status connect_again(struct postgres_lines *lines)
{
    disconnect(lines);
    lines->connection = PQconnectdb(lines->how);
    PGconn *connection = lines->connection;
    if (PQstatus(connection) != CONNECTION_OK)
        return STATUS_IO;
    if (!command_ok(PQexec(connection, "SET default_transaction_read_only = on; "
                                       "SET statement_timeout = 2000"),
                    PGRES_COMMAND_OK) ||
        !command_ok(PQprepare(connection, "find", lines->sql.find, 0, NULL), PGRES_COMMAND_OK))
        return STATUS_IO;
    if (!lines->holders)
        return STATUS_OK;
    if (!command_ok(PQprepare(connection, "holder", lines->sql.of_holder, 0, NULL),
                    PGRES_COMMAND_OK) ||
        !command_ok(PQprepare(connection, "count", lines->sql.count_holder, 0, NULL),
                    PGRES_COMMAND_OK))
        return STATUS_IO;
    return STATUS_OK;
}

/* The rows of a prepared question; NULL: it cannot be asked. */
static PGresult *ask(struct postgres_lines *lines, const char *name, const char *const *values,
                     int count)
{
    for (int tries = 0; tries < 2; tries++) {
        bool there = lines->connection != NULL && PQstatus(lines->connection) == CONNECTION_OK;
        if (!there && connect_again(lines) != STATUS_OK)
            return NULL;
        PGresult *result = PQexecPrepared(lines->connection, name, count, values, NULL, NULL, 0);
        if (PQresultStatus(result) == PGRES_TUPLES_OK)
            return result;
        PQclear(result);
        if (PQstatus(lines->connection) == CONNECTION_OK)
            return NULL; /* the question is at fault, not the connection */
    }
    return NULL;
}

static enum status values_copy(const PGresult *result, int row, unsigned columns,
                               struct arena *request, struct slice *value)
{
    for (unsigned i = 0; i < columns; i++) {
        struct slice got = {PQgetvalue(result, row, (int)i),
                            (size_t)PQgetlength(result, row, (int)i)};
        TRY(slice_copy(request, got, &value[i]));
    }
    return STATUS_OK;
}

static enum status postgres_find(void *self, const struct slice *form, unsigned forms,
                                 struct arena *request, struct slice *value)
{
    struct postgres_lines *lines = self;
    const char *bound[LINES_FORMS_MAX];
    for (unsigned i = 0; i < forms; i++) {
        struct slice copy;
        TRY(slice_copy(request, form[i], &copy));
        bound[i] = copy.at;
    }
    PGresult *result = ask(lines, "find", bound, (int)forms);
    if (result == NULL)
        return STATUS_IO;
    enum status status = STATUS_ABSENT;
    if (PQntuples(result) != 0)
        status = values_copy(result, 0, lines->columns, request, value);
    PQclear(result);
    return status;
}

static enum status postgres_of_holder(void *self, struct slice document, struct arena *request,
                                      struct slice *number, unsigned *count, int64_t *all)
{
    struct postgres_lines *lines = self;
    struct slice copy, counted;
    unsigned most = *count;
    *count = 0;
    TRY(slice_copy(request, document, &copy));
    PGresult *result = ask(lines, "count", (const char *const[]){copy.at}, 1);
    if (result == NULL)
        return STATUS_IO;
    enum status status = values_copy(result, 0, 1, request, &counted);
    PQclear(result);
    TRY(status);
    *all = 0;
    for (size_t i = 0; i < counted.size && i < 18; i++)
        *all = *all * 10 + (counted.at[i] - '0');
    result = ask(lines, "holder", (const char *const[]){copy.at}, 1);
    if (result == NULL)
        return STATUS_IO;
    for (int row = 0; status == STATUS_OK && row < PQntuples(result) && *count < most; row++)
        status = values_copy(result, row, 1, request, &number[(*count)++]);
    PQclear(result);
    return status;
}

static void postgres_close(void *self)
{
    disconnect(self);
}

static enum status connection_read(const struct lines_place *place, struct arena *boot, char **out)
{
    struct disk_about about;
    enum disk_fault fault;
    struct slice how;
    if (disk_about(place->file.at, &about, &fault) != STATUS_OK || !about.private ||
        disk_read_all(place->file.at, CONNECTION_MAX, boot, &how, &fault) != STATUS_OK)
        return answer_complain(place->outline, place->node, ANSWER_COMPLAINT_connection_open);
    struct slice copy;
    TRY(slice_copy(boot, how, &copy));
    for (char *at = (char *)copy.at; *at != '\0'; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    *out = (char *)copy.at;
    return STATUS_OK;
}

enum status lines_of_postgres(struct lines_source *out, const struct lines_columns *columns,
                              const struct lines_place *place, struct arena *boot)
{
    struct postgres_lines *lines;
    TRY(ARENA_NEW(boot, 1, &lines));
    lines->columns = columns->count;
    lines->holders = columns->document >= 0;
    TRY(connection_read(place, boot, &lines->how));
    TRY(lines_sql_make(&lines->sql, columns, place->table, '$', boot));
    if (connect_again(lines) != STATUS_OK) {
        disconnect(lines);
        return answer_complain(place->outline, place->node, ANSWER_COMPLAINT_database);
    }
    *out = (struct lines_source){
        .find = postgres_find,
        .of_holder = postgres_of_holder,
        .close = postgres_close,
        .indexed = true, /* not looked at: its planner knows better than we */
        .self = lines,
    };
    return STATUS_OK;
}

#else

enum status lines_of_postgres(struct lines_source *out, const struct lines_columns *columns,
                              const struct lines_place *place, struct arena *boot)
{
    (void)out;
    (void)columns;
    (void)boot;
    return answer_complain(place->outline, place->node, ANSWER_COMPLAINT_postgres_absent);
}

#endif
