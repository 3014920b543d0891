/* postgres.c -- through libpq: prepared once for each connection, asked with values apart from the
 * text.  The server waits at most two seconds for one question. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/postgres.h"

#include "ground/disk.h"

#ifdef HAVE_POSTGRES
#include <libpq-fe.h>

enum { CONNECTION_MAX = 4096, COLUMNS_LIMIT = 16 };

struct postgres {
    PGconn *connection;
    char *how; /* to connect */
    unsigned count;
    const char *question[POSTGRES_QUESTIONS_MAX];
};

static const char *const NAMES[POSTGRES_QUESTIONS_MAX] = {"q0", "q1", "q2", "q3"};

static bool done(PGresult *result)
{
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return ok;
}

static void hang_up(struct postgres *postgres)
{
    PQfinish(postgres->connection);
    postgres->connection = NULL;
}

static enum status dial(struct postgres *postgres)
{
    hang_up(postgres);
    postgres->connection = PQconnectdb(postgres->how);
    PGconn *connection = postgres->connection;
    if (PQstatus(connection) != CONNECTION_OK ||
        !done(PQexec(connection, "SET default_transaction_read_only = on; "
                                 "SET statement_timeout = 2000")))
        return STATUS_IO;
    for (unsigned i = 0; i < postgres->count; i++)
        if (!done(PQprepare(connection, NAMES[i], postgres->question[i], 0, NULL)))
            return STATUS_IO;
    return STATUS_OK;
}

static PGresult *rows_of(struct postgres *postgres, unsigned question, const char *value)
{
    for (int tries = 0; tries < 2; tries++) {
        bool there =
            postgres->connection != NULL && PQstatus(postgres->connection) == CONNECTION_OK;
        if (!there && dial(postgres) != STATUS_OK)
            return NULL;
        PGresult *result =
            PQexecPrepared(postgres->connection, NAMES[question], 1, &value, NULL, NULL, 0);
        if (PQresultStatus(result) == PGRES_TUPLES_OK)
            return result;
        PQclear(result);
        if (PQstatus(postgres->connection) == CONNECTION_OK)
            return NULL; /* the question is at fault, not the connection */
    }
    return NULL;
}

static enum status how_read(struct slice file, struct arena *boot, char **out)
{
    struct disk_about about;
    enum disk_fault fault;
    struct slice how, copy;
    if (disk_about(file.at, &about, &fault) != STATUS_OK || !about.private ||
        disk_read_all(file.at, CONNECTION_MAX, boot, &how, &fault) != STATUS_OK)
        return STATUS_LATE;
    TRY(slice_copy(boot, how, &copy));
    for (char *at = (char *)copy.at; *at != '\0'; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    *out = (char *)copy.at;
    return STATUS_OK;
}

enum status postgres_open(struct postgres **out, struct slice file, const char *const *question,
                          unsigned count, struct arena *boot)
{
    struct postgres *postgres;
    must(count <= POSTGRES_QUESTIONS_MAX);
    TRY(ARENA_NEW(boot, 1, &postgres));
    TRY(how_read(file, boot, &postgres->how));
    postgres->count = count;
    for (unsigned i = 0; i < count; i++)
        postgres->question[i] = question[i];
    if (dial(postgres) != STATUS_OK) {
        hang_up(postgres);
        return STATUS_IO;
    }
    *out = postgres;
    return STATUS_OK;
}

void postgres_close(struct postgres *postgres)
{
    hang_up(postgres);
}

enum status postgres_ask(struct postgres *postgres, const struct postgres_asked *asked,
                         struct arena *request, struct postgres_sink sink)
{
    struct slice copy, value[COLUMNS_LIMIT];
    must(asked->columns <= COLUMNS_LIMIT && asked->question < postgres->count);
    TRY(slice_copy(request, asked->value, &copy));
    PGresult *result = rows_of(postgres, asked->question, copy.at);
    if (result == NULL)
        return STATUS_IO;
    enum status status = STATUS_OK;
    for (int row = 0; status == STATUS_OK && row < PQntuples(result); row++) {
        for (unsigned i = 0; i < asked->columns; i++)
            value[i] = (struct slice){PQgetvalue(result, row, (int)i),
                                      (size_t)PQgetlength(result, row, (int)i)};
        status = sink.take(sink.self, value);
    }
    PQclear(result);
    return status;
}

#else

enum status postgres_open(struct postgres **out, struct slice file, const char *const *question,
                          unsigned count, struct arena *boot)
{
    (void)out;
    (void)file;
    (void)question;
    (void)count;
    (void)boot;
    return STATUS_REFUSED;
}

void postgres_close(struct postgres *postgres)
{
    (void)postgres;
}

enum status postgres_ask(struct postgres *postgres, const struct postgres_asked *asked,
                         struct arena *request, struct postgres_sink sink)
{
    (void)postgres;
    (void)asked;
    (void)request;
    (void)sink;
    return STATUS_IO;
}

#endif
