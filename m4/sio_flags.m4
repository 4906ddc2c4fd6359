# SIO_APPEND_CFLAG(VARIABLE, FLAG): appends FLAG to VARIABLE when the compiler takes it without a word. -Werror, as clang
# only warns about a warning it doesn't know.
AC_DEFUN([SIO_APPEND_CFLAG],
[AS_VAR_PUSHDEF([cache], [sio_cv_cflag_$2])dnl
AC_CACHE_CHECK([whether $CC takes $2], [cache],
  [sio_saved_CFLAGS=$CFLAGS
   CFLAGS="$CFLAGS -Werror $2"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
   CFLAGS=$sio_saved_CFLAGS])
AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cache])dnl
])

# SIO_APPEND_CFLAGS(VARIABLE, FLAGS): the same for each of FLAGS.
AC_DEFUN([SIO_APPEND_CFLAGS],
[m4_foreach_w([sio_flag], [$2], [SIO_APPEND_CFLAG([$1], m4_defn([sio_flag]))])])

# SIO_REQUIRE_LINK(FLAGS, MESSAGE): stops with MESSAGE when a program can't be built with FLAGS.
AC_DEFUN([SIO_REQUIRE_LINK],
[AC_MSG_CHECKING([whether $CC links with $1])
sio_saved_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
  [AC_MSG_RESULT([no])
   AC_MSG_ERROR([$2])])
CFLAGS=$sio_saved_CFLAGS
])
