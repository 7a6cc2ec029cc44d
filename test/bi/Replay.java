/* Replay HOST PORT ROLE [PROPERTY=VALUE]: runs statements from standard input through
 * JDBC.  A line is a statement and its parameters, "type value", with tabs between; the
 * answer is lines of types, rows, and "done", or one of an error.  Rows come by cursor,
 * a hundred at a time, as BI tools have it.  Lines that begin with
 * a dot ask DatabaseMetaData: .tables with types and schema ("%" or none: all of them),
 * and .columns, .keys and .indexes with schema and name. */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class Replay
{
	static final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

	static String escape(String text)
	{
		return text == null ? "\\N" : text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
	}

	static String unescape(String text)
	{
		StringBuilder result = new StringBuilder();
		for (int i = 0; i < text.length(); i++)
		{
			char c = text.charAt(i);
			if (c == '\\')
			{
				c = text.charAt(++i);
				c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
			}
			result.append(c);
		}
		return result.toString();
	}

	static void show(ResultSet rows) throws SQLException
	{
		ResultSetMetaData meta = rows.getMetaData();
		StringBuilder line = new StringBuilder("types");
		for (int i = 1; i <= meta.getColumnCount(); i++)
			line.append('\t').append(meta.getColumnTypeName(i));
		out.print(line + "\n");
		while (rows.next())
		{
			line = new StringBuilder("row");
			for (int i = 1; i <= meta.getColumnCount(); i++)
				line.append('\t').append(escape(rows.getString(i)));
			out.print(line + "\n");
		}
	}

	static void set(PreparedStatement statement, int index, String parameter) throws SQLException
	{
		String[] pair = parameter.split(" ", 2);
		switch (pair[0])
		{
			case "date" -> statement.setDate(index, Date.valueOf(pair[1]));
			case "timestamp" -> statement.setTimestamp(index, Timestamp.valueOf(pair[1]));
			default -> statement.setString(index, pair[1]);
		}
	}

	static void prepared(Connection connection, String[] fields) throws SQLException
	{
		try (PreparedStatement statement = connection.prepareStatement(fields[0].replaceAll("\\$\\d", "?")))
		{
			for (int i = 1; i < fields.length; i++)
				set(statement, i, fields[i]);
			show(statement.executeQuery());
		}
	}

	static void plain(Connection connection, String sql) throws SQLException
	{
		try (Statement statement = connection.createStatement())
		{
			if (statement.execute(sql))
				show(statement.getResultSet());
		}
	}

	static void run(Connection connection, String[] fields) throws SQLException
	{
		try
		{
			if (fields[0].startsWith("."))
				describe(connection.getMetaData(), fields);
			else if (fields.length > 1)
				prepared(connection, fields);
			else
				plain(connection, fields[0]);
			connection.commit();
			out.print("done\n");
		}
		catch (SQLException error)
		{
			connection.rollback();
			fail(error);
		}
	}

	static void describe(DatabaseMetaData meta, String[] fields) throws SQLException
	{
		switch (fields[0])
		{
			case ".tables" -> show(meta.getTables(null, fields.length > 2 ? fields[2] : null, "%", fields[1].split(",")));
			case ".columns" -> show(meta.getColumns(null, fields[1], fields[2], "%"));
			case ".keys" -> show(meta.getPrimaryKeys(null, fields[1], fields[2]));
			default -> show(meta.getIndexInfo(null, fields[1], fields[2], false, true));
		}
	}

	static void fail(SQLException error)
	{
		ServerErrorMessage server = error instanceof PSQLException ? ((PSQLException) error).getServerErrorMessage() : null;
		String message = server == null ? error.getMessage() : server.getMessage();
		String hint = server == null || server.getHint() == null ? "" : server.getHint();
		out.print("error\t" + error.getSQLState() + "\t" + escape(message) + "\t" + escape(hint) + "\n");
	}

	public static void main(String[] args) throws Exception
	{
		String url = "jdbc:postgresql://" + args[0] + ":" + args[1] + "/postgres?defaultRowFetchSize=100&user=" + args[2] + (args.length > 3 ? "&" + args[3] : "");
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		try (Connection connection = DriverManager.getConnection(url))
		{
			connection.setAutoCommit(false);
			for (String line; (line = in.readLine()) != null;)
			{
				String[] fields = line.split("\t");
				for (int i = 0; i < fields.length; i++)
					fields[i] = unescape(fields[i]);
				run(connection, fields);
				out.flush();
			}
		}
	}
}
