/*
 * secret_file.c
 *	  What a secret may consist of, and how it is read from a file of the server.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mb/pg_wchar.h"
#include "storage/fd.h"

#include "base/secret_file.h"

#define FILE_MAX (ADP_SECRET_FILE_MAX_KB * 1024)

/*
 * Whether a text consists of printable ASCII characters, spaces included.
 */
static bool
is_printable(const char *text, int len)
{
	for (int i = 0; i < len; i++)
	{
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return true;
}

/*
 * Checks a token.
 */
const char *
adp_secret_check_token(const char *text)
{
	if (text[0] == '\0')
		return "The value is empty.";
	if (!is_printable(text, (int) strlen(text)))
		return "The value contains a character that is not printable ASCII.";
	return NULL;
}

/*
 * Reads an open file to its end, or one byte past the limit.  Does not rely on
 * the size that fstat() reports.  Returns the number of bytes; -1 on failure,
 * with errno set.
 */
static int
read_all(int fd, char *content)
{
	int len = 0;

	while (len <= FILE_MAX)
	{
		ssize_t n = read(fd, content + len, FILE_MAX + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (int) n;
	}
	return len;
}

/*
 * Reads the content of an open file.  Returns its length; -1, with *problem, if
 * it is not a regular file, cannot be read or is too large.
 */
static int
read_regular(int fd, char *content, const char **problem)
{
	struct stat status;
	int len;

	if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode))
	{
		*problem = "It is not a regular file.";
		return -1;
	}
	len = read_all(fd, content);
	if (len < 0)
		*problem = psprintf("It cannot be read: %m.");
	else if (len > FILE_MAX)
		*problem = psprintf("It is larger than %d kB.", ADP_SECRET_FILE_MAX_KB);
	return len > FILE_MAX ? -1 : len;
}

/*
 * Returns a sentence why a content cannot be a secret; NULL if it can.
 */
static const char *
judge_content(const char *content, int len, bool is_token)
{
	if (len == 0)
		return "It is empty.";
	if (is_token && !is_printable(content, len))
		return "It contains a character that is not printable ASCII.";
	if (!is_token && !pg_verify_mbstr(PG_UTF8, content, len, true))
		return "It is not text in UTF-8.";
	return NULL;
}

/*
 * Reads a secret.  The path may name a pipe, whose open must not wait for a
 * writer, or a terminal, which must not become that of the server.
 */
char *
adp_secret_file_read(const char *path, bool is_token, const char **problem)
{
	int fd =
		OpenTransientFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | PG_BINARY);
	char *content;
	int len;

	*problem = NULL;
	if (fd < 0)
	{
		*problem = psprintf("It cannot be opened: %m.");
		return NULL;
	}
	content = palloc(FILE_MAX + 2);
	len = read_regular(fd, content, problem);
	CloseTransientFile(fd);
	while (len > 0 && (content[len - 1] == '\n' || content[len - 1] == '\r'))
		len--;
	if (len >= 0)
		*problem = judge_content(content, len, is_token);
	if (*problem != NULL)
	{
		explicit_bzero(content, FILE_MAX + 2);
		pfree(content);
		return NULL;
	}
	content[len] = '\0';
	return repalloc(content, len + 1);
}
