package io.flashsale.cms.settings;

import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import org.apache.ibatis.type.BaseTypeHandler;
import org.apache.ibatis.type.JdbcType;
import org.apache.ibatis.type.MappedTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes times as text. Connector/J drops the milliseconds of typed ones where it takes the server for older than MySQL 5.6.4,
 * and MariaDB up to 10.11 introduces itself as 5.5.5.
 */
@Component
@MappedTypes(LocalDateTime.class)
final class UtcTime extends BaseTypeHandler<LocalDateTime> {

    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");

    @Override
    public void setNonNullParameter(PreparedStatement statement, int at, LocalDateTime time, @Nullable JdbcType type)
            throws SQLException {
        statement.setString(at, FORMAT.format(time));
    }

    @Override
    public @Nullable LocalDateTime getNullableResult(ResultSet row, String column) throws SQLException {
        return row.getObject(column, LocalDateTime.class);
    }

    @Override
    public @Nullable LocalDateTime getNullableResult(ResultSet row, int column) throws SQLException {
        return row.getObject(column, LocalDateTime.class);
    }

    @Override
    public @Nullable LocalDateTime getNullableResult(CallableStatement call, int column) throws SQLException {
        return call.getObject(column, LocalDateTime.class);
    }
}
