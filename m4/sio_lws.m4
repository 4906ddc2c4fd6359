# SIO_CHECK_LWS_LIBUV: stops unless this libwebsockets can run on a libuv loop. When its event libraries are plugins, the
# one for libuv is a file that is loaded at run time: without it the library builds, and every server fails at its start.
AC_DEFUN([SIO_CHECK_LWS_LIBUV],
[sio_saved_CPPFLAGS=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $LWS_CFLAGS $LIBUV_CFLAGS"
AC_MSG_CHECKING([whether libwebsockets was built with libuv])
AC_PREPROC_IFELSE([AC_LANG_SOURCE([[
#include <lws_config.h>
#ifndef LWS_WITH_LIBUV
#error "no libuv"
#endif
]])], [AC_MSG_RESULT([yes])],
  [AC_MSG_RESULT([no])
   AC_MSG_ERROR([libwebsockets was built without libuv (LWS_WITH_LIBUV): libsocketio runs on libuv loops only])])

AC_MSG_CHECKING([for libwebsockets' libuv plugin])
AC_PREPROC_IFELSE([AC_LANG_SOURCE([[
#include <lws_config.h>
#ifndef LWS_WITH_EVLIB_PLUGINS
#error "built in"
#endif
]])],
  [sio_lws_libdir=`$PKG_CONFIG --variable=libdir libwebsockets`
   lws_plugin=$sio_lws_libdir/libwebsockets-evlib_uv.so
   AS_IF([test "$cross_compiling" = yes],
      [AC_MSG_RESULT([not looked for (cross compiling): the target needs $lws_plugin])],
     [test -f "$lws_plugin"],
      [AC_MSG_RESULT([$lws_plugin])],
     [AC_MSG_RESULT([no])
      AC_MSG_ERROR([$lws_plugin is missing.
  libwebsockets loads it at run time to work on a libuv loop. Install it:
      apt-get install libwebsockets-evlib-uv])])],
  [lws_plugin="built in"
   AC_MSG_RESULT([not needed, it is built in])])
CPPFLAGS=$sio_saved_CPPFLAGS
])
