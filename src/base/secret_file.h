/*
 * secret_file.h
 *	  What a secret may consist of, and how it is read from a file of the server.
 */
#ifndef ADP_BASE_SECRET_FILE_H
#define ADP_BASE_SECRET_FILE_H

/* Largest file, in kilobytes: a key file of a service account has 3. */
#define ADP_SECRET_FILE_MAX_KB 64

/*
 * Returns NULL for a valid token, otherwise an errdetail.  Tokens go into headers
 * and forms, so they consist of printable ASCII characters.
 */
extern const char *adp_secret_check_token(const char *text);

/*
 * Reads a secret with the rights of the server's operating system user.  Line
 * ends at the end of the file do not belong to the secret.  A secret that is no
 * token is a text of any number of lines in UTF-8.  Returns a palloc'd text; or
 * NULL, and in *problem a sentence about the file, as "It is empty.", that holds
 * neither its path nor anything of its content.
 */
extern char *adp_secret_file_read(const char *path, bool is_token,
								  const char **problem);

#endif /* ADP_BASE_SECRET_FILE_H */
