package io.flashsale.backend.policy;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

@Mapper
interface AccountMapper {

    @Select(
            """
            <script>
            SELECT user_id, level, state FROM buyer WHERE user_id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    List<Account> find(@Param("ids") Collection<String> ids);
}
