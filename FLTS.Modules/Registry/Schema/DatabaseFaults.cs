using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Tells a database that is away for now from one that says no.</summary>
public static class DatabaseFaults
{
    private const string IdleInTransactionSessionTimeout = "25P03";

    // https://www.sqlite.org/rescode.html: BUSY, LOCKED, IOERR, FULL, CANTOPEN.
    private static readonly int[] _passingOfSqlite = [5, 6, 10, 13, 14];

    // https://www.postgresql.org/docs/current/errcodes-appendix.html: the server ended the session (after a pause inside a transaction,
    // on a shutdown, after another session's crash). Npgsql does not count them as transient.
    private static readonly string[] _passingOfPostgres =
        [IdleInTransactionSessionTimeout, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown];

    /// <summary>
    /// True where the same command may succeed later: no connection, a restart, a lock, a full disk. Work must not fail for good over it.
    /// </summary>
    public static bool IsPassing(Exception exception)
    {
        // EF wraps what it takes for transient.
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is DbException { IsTransient: true } || (e is SqliteException sqlite && _passingOfSqlite.Contains(sqlite.SqliteErrorCode))
                || (e is PostgresException postgres && _passingOfPostgres.Contains(postgres.SqlState)))
            {
                return true;
            }
        }

        return false;
    }
}
