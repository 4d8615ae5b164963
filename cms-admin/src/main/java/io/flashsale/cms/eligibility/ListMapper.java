package io.flashsale.cms.eligibility;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

@Mapper
interface ListMapper extends BaseMapper<ListRow> {

    /** The latest first, those before an id. */
    default List<ListRow> page(long before, int most) {
        return selectList(
                new QueryWrapper<ListRow>().lt("id", before).orderByDesc("id").last("LIMIT " + most));
    }

    @Insert(
            """
            <script>
            INSERT INTO eligibility_member (list_id, user_id) VALUES
            <foreach collection="users" item="user" separator=",">(#{list}, #{user})</foreach>
            </script>""")
    void members(@Param("list") long list, @Param("users") Collection<String> users);

    /** @return how many there were; at most so many at once */
    @Delete("DELETE FROM eligibility_member WHERE list_id = #{list} LIMIT #{most}")
    int forgetMembers(@Param("list") long list, @Param("most") int most);

    @Select("SELECT EXISTS (SELECT 1 FROM eligibility_member WHERE list_id = #{list} AND user_id = #{user})")
    boolean has(@Param("list") long list, @Param("user") String user);

    /** How many on it have no account, by which they could buy. */
    @Select(
            """
            SELECT COUNT(*) FROM eligibility_member m LEFT JOIN buyer b ON b.user_id = m.user_id
            WHERE m.list_id = #{list} AND b.user_id IS NULL""")
    int withoutAccount(@Param("list") long list);

    /** Of these lists, those on which somebody has an account. */
    @Select(
            """
            <script>
            SELECT l.id FROM eligibility_list l WHERE l.id IN
            <foreach collection="ids" item="id" open="(" separator="," close=")">#{id}</foreach>
            AND EXISTS (SELECT 1 FROM eligibility_member m JOIN buyer b ON b.user_id = m.user_id WHERE m.list_id = l.id)
            </script>""")
    List<Long> somebodyOn(@Param("ids") Collection<Long> ids);

    /** A promo that has an item for it. */
    record Use(long promoId, String promo) {}

    @Select(
            """
            SELECT DISTINCT p.id AS promo_id, p.name AS promo FROM promo_item i JOIN promo p ON p.id = i.promo_id
            WHERE i.list_id = #{list} ORDER BY p.id DESC LIMIT 50""")
    List<Use> uses(@Param("list") long list);
}
