package io.flashsale.backend.policy;

import java.util.Collection;
import java.util.List;
import java.util.Set;
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

    /** Those of the ids that are on a list. */
    @Select(
            """
            <script>
            SELECT user_id FROM eligibility_member WHERE list_id = #{list} AND user_id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    Set<String> listed(@Param("list") long list, @Param("ids") Collection<String> ids);
}
